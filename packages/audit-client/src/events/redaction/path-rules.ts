/** What happens to the value at the end of a path. */
export type PathAction = 'mask' | 'hash';

/** A step of one or more paths. */
interface PathStep {
  action: PathAction | null;
  readonly children: Map<string, PathStep>;
  any: PathStep | null;
}

/** The paths that lead through one place; none of them: an empty list. */
export type PathRules = readonly PathStep[];

/** Where no path leads. */
export const NO_PATHS: PathRules = [];

/** Compiles paths (`a.b`, `*` for one step of any name); hashing wins where both name one place. */
export function compilePaths(masked: readonly string[], hashed: readonly string[]): PathRules {
  const root = createStep();
  for (const path of masked) addPath(root, path, 'mask');
  for (const path of hashed) addPath(root, path, 'hash');
  return root.children.size === 0 && root.any === null ? NO_PATHS : [root];
}

/** The rules one step further. */
export function stepInto(rules: PathRules, key: string): PathRules {
  if (rules.length === 0) return NO_PATHS;
  const next: PathStep[] = [];
  for (const step of rules) {
    const child = step.children.get(key);
    if (child !== undefined) next.push(child);
    if (step.any !== null) next.push(step.any);
  }
  return next;
}

/** What the paths that end here say; null when none ends here. */
export function actionOf(rules: PathRules): PathAction | null {
  let action: PathAction | null = null;
  for (const step of rules) {
    if (step.action === 'hash') return 'hash';
    action ??= step.action;
  }
  return action;
}

function createStep(): PathStep {
  return { action: null, children: new Map(), any: null };
}

function addPath(root: PathStep, path: string, action: PathAction): void {
  let step = root;
  for (const key of path.split('.')) {
    let next = key === '*' ? step.any : step.children.get(key);
    if (next === undefined || next === null) {
      next = createStep();
      if (key === '*') step.any = next;
      else step.children.set(key, next);
    }
    step = next;
  }
  step.action = action;
}
