// The files of the page, which need no token: what they show, they ask the API for.

export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** By path. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map();
