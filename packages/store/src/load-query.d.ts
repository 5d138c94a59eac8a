/** A statement of sql/queries: pass it to `client.query({ ...query, values })`. */
export interface Query {
    /** The file's name without its ending, also the name under which the server keeps it prepared. */
    readonly name: string;
    readonly text: string;
}
/** Reads sql/queries/<name>.sql, once a process. Throws when there is no such file: a defect of the package. */
export declare function loadQuery(name: string): Query;
