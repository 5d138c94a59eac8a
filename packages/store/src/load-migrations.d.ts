/** One file of sql/migrations. */
export interface Migration {
    readonly version: number;
    readonly name: string;
    readonly text: string;
    /** SHA-256 of the text, hex. */
    readonly checksum: string;
}
/** Reads the migrations in order. Throws StoreError `config` unless they are numbered 1, 2, 3, ... without a gap. */
export declare function loadMigrations(directory?: URL): readonly Migration[];
