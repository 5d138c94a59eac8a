import express5, { type Express, type Router } from 'express';
import express4 from 'express4';

/** What both versions of Express have in common, in the types of the newer. */
export interface ExpressVersion {
  readonly name: string;
  readonly express: {
    (): Express;
    Router(options?: { mergeParams?: boolean }): Router;
    json(options?: { limit?: string }): ReturnType<typeof express5.json>;
    static(root: string): ReturnType<typeof express5.static>;
  };
}

/** Both versions that the middleware is for; every test of it runs on each. */
export const EXPRESS_VERSIONS: readonly ExpressVersion[] = [
  { name: 'Express 4', express: express4 as unknown as ExpressVersion['express'] },
  { name: 'Express 5', express: express5 },
];
