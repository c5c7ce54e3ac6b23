/** JSON as people write it: indented, but what is short stays on one line. */

const WIDTH = 72;

export function jsonText(value: unknown, indent = ''): string {
  const line = JSON.stringify(value) ?? 'null';
  const spaced = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + spaced.length <= WIDTH) {
    return typeof value === 'object' ? spaced : line;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const entries = value.map(each => inner + jsonText(each, inner));
    return `[\n${entries.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(
    ([key, entry]) => `${inner}${JSON.stringify(key)}: ${jsonText(entry, inner)}`
  );
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(oneLine).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, entry]) => `${JSON.stringify(key)}: ${oneLine(entry)}`
    );
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
