// Types of the metadata.

/** What is checked of a parameter; absent `t` is a string. `i` describes list items, `p` the fields of an object. */
export interface ParamMeta {
  readonly t?: string;
  readonly r?: number;
  readonly min?: number;
  readonly max?: number;
  readonly n?: number;
  readonly len?: number;
  readonly e?: readonly string[];
  readonly json?: number;
  readonly i?: ParamMeta;
  readonly p?: Readonly<Record<string, ParamMeta>>;
}

/** Parameters of one action. */
export type ActionMeta = Readonly<Record<string, ParamMeta>>;

/** One service: its actions, all known names, and error texts: code -> action or `*` -> status and message. */
export interface ServiceMeta {
  readonly names: ReadonlySet<string>;
  readonly actions: Readonly<Record<string, ActionMeta>>;
  readonly errors: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>>;
}
