/** How a piece of text looks where colours are wanted. Nothing is said by colour alone. */
export type Style = 'strong' | 'dim' | 'good' | 'warning' | 'bad';

/** A piece of a line. A plain string has no style. Whatever it holds is neutralized when it is written. */
export type Piece = string | Styled;

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

const CODES: Readonly<Record<Style, string>> = { strong: '1', dim: '2', good: '32', warning: '33', bad: '31' };

export function toStyled(text: string, style: Style): Styled {
  return { text, style };
}

export function toPlain(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.text;
}

/** The text between the codes of its style; the only place that writes an escape. `text` is neutralized already. */
export function paint(text: string, style: Style | null, isColoured: boolean): string {
  return style === null || !isColoured || text === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
