import type { Output } from '../terminal/output.ts';
import { toStyled } from '../terminal/styles.ts';

/** After an action on several letters: the command that shows its events. With one letter they are under the id that was typed. */
export function tellAction(
  output: Output,
  { action, selected }: { readonly action: string; readonly selected: number },
): void {
  if (selected > 1) output.line(toStyled('its events: ', 'dim'), `npx auditlane history dead_letter ${action}`);
}
