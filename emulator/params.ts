// Parameters as a handler reads them: the flattened wire form (`Tag.1.Key`, `SystemDisk.Size`) as a tree.

/** Name and value as they came, before any meaning. */
export type FlatParams = Readonly<Record<string, string>>;

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

/** Typed reading of validated parameters. Absent and empty are both `undefined`. Names may be paths (`SystemDisk.Size`). */
export interface Params {
  readonly text: (name: string) => string | undefined;
  /** The text of a parameter that validation has already required. */
  readonly required: (name: string) => string;
  readonly int: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  /** `Name.1`, `Name.2`, ... in the order of their numbers. */
  readonly texts: (name: string) => readonly string[];
  /** `Name.1.X`, `Name.2.Y`, ... one Params per number. */
  readonly objects: (name: string) => readonly Params[];
  readonly has: (name: string) => boolean;
}

const newNode = (): Node => ({ children: new Map() });

const plant = (root: Node, name: string, value: string): void => {
  let node = root;
  for (const part of name.split('.')) {
    const next = node.children.get(part) ?? newNode();
    node.children.set(part, next);
    node = next;
  }
  node.value = value;
};

const find = (root: Node, name: string): Node | undefined => {
  let node: Node | undefined = root;
  for (const part of name.split('.')) node = node?.children.get(part);
  return node;
};

const numbered = (node: Node | undefined): readonly Node[] =>
  [...(node?.children ?? [])]
    .filter(([key]) => /^\d+$/.test(key))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);

const over = (root: Node): Params => {
  const text = (name: string): string | undefined => {
    const value = find(root, name)?.value;
    return value === '' ? undefined : value;
  };
  return {
    text,
    required: (name) => text(name) ?? '',
    int: (name) => {
      const value = text(name);
      return value === undefined ? undefined : Number(value);
    },
    flag: (name) => {
      const value = text(name);
      return value === undefined ? undefined : value.toLowerCase() === 'true';
    },
    texts: (name) =>
      numbered(find(root, name))
        .map((node) => node.value ?? '')
        .filter((value) => value !== ''),
    objects: (name) => numbered(find(root, name)).map(over),
    has: (name) => find(root, name) !== undefined,
  };
};

/** The tree over flat parameters. */
export const readParams = (flat: FlatParams): Params => {
  const root = newNode();
  for (const [name, value] of Object.entries(flat)) plant(root, name, value);
  return over(root);
};
