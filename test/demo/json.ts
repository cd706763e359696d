// Looking into JSON of which only a few fields matter.

/** A JSON object of unknown fields. */
export type Row = Readonly<Record<string, unknown>>;

/** The object under this field, empty when there is none. */
export function rowAt(row: Row, field: string): Row {
  const value = row[field];
  return isRow(value) ? value : {};
}

/** The objects of the list under this field, empty when there is none. */
export function rowsAt(row: Row, field: string): readonly Row[] {
  const value = row[field];
  return Array.isArray(value) ? value.filter(isRow) : [];
}

/** The text or number under this field as text, empty when there is none. */
export function textAt(row: Row, field: string): string {
  const value = row[field];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
