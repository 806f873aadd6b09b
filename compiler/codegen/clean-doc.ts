/** A docstring without its indentation, lines kept (`_PyCompile_CleanDoc`, 3.13 and later). */
export function cleanDoc(doc: string): string {
  const text = expandTabs(doc);
  const lines = text.split('\n');
  let margin = Number.POSITIVE_INFINITY;
  for (let i = 1; i < lines.length; i++) {
    const indent = leadingSpaces(lines[i]!);
    if (indent < lines[i]!.length) margin = Math.min(margin, indent);
  }
  if (margin === Number.POSITIVE_INFINITY) margin = 0;
  const firstIndent = leadingSpaces(lines[0]!);
  if (firstIndent === 0 && margin === 0) return text;
  lines[0] = lines[0]!.slice(firstIndent);
  for (let i = 1; i < lines.length; i++) lines[i] = lines[i]!.slice(Math.min(margin, leadingSpaces(lines[i]!)));
  return lines.join('\n');
}

function leadingSpaces(line: string): number {
  let count = 0;
  while (line.charCodeAt(count) === 0x20) count++;
  return count;
}

/** str.expandtabs(): columns count code points, and begin anew after a line feed or carriage return. */
function expandTabs(text: string): string {
  if (!text.includes('\t')) return text;
  let result = '';
  let column = 0;
  for (const char of text) {
    if (char === '\t') {
      const spaces = 8 - (column % 8);
      result += ' '.repeat(spaces);
      column += spaces;
      continue;
    }
    result += char;
    column = char === '\n' || char === '\r' ? 0 : column + 1;
  }
  return result;
}
