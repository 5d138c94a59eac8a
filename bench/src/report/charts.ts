/**
 * Line charts as SVG files that need nothing else: they follow the reader's light or dark scheme, keep their text
 * readable on a narrow screen, and tell lines apart by marks as well as by colour.
 */
import { toLinearScale, toLogAxis, toLogScale, toShortText, toValueScale, type Scale } from './chart-scale.ts';
import { toHeading } from './chart-text.ts';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** Points as `[x, y]`, ordered by x. */
  readonly points: readonly (readonly [number, number])[];
}

/** A line chart; it is written as `docs/charts/<name>.svg`. */
export interface Chart {
  /** The file's name without `.svg`, kebab-case. */
  readonly name: string;
  /** Wrapped where it is long; what stands in parentheses at its end goes into a line below. */
  readonly title: string;
  /** With the unit, such as `events in the queue`. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** True where x grows by factors rather than by steps. */
  readonly logX?: boolean;
  /** True where y grows by factors: one point must not flatten the rest. Told beside the label. */
  readonly logY?: boolean;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const PLOT = { left: 84, right: 692, height: 250 } as const;
const LEGEND_ROW = 27;
const TITLE_ROW = 28;
const REMARK_ROW = 25;
const LEGEND_LETTER = 7.6;
const TICK_GAP = 46;
// Room beside the first and the last point.
const INSET = 18;
const MARK = 4.5;

const STYLE = `
  svg { color-scheme: light dark; background: #ffffff; }
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
  .title { font-size: 17px; font-weight: 600; }
  .faint { fill: #57606a; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .axis { stroke: #6e7781; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
  .mark { stroke-width: 1.5; stroke: #ffffff; }
  .s0 { --c: #0550ae } .s1 { --c: #bc4c00 } .s2 { --c: #116329 }
  .s3 { --c: #8250df } .s4 { --c: #a40e26 } .s5 { --c: #57606a }
  .line { stroke: var(--c) } .mark { fill: var(--c) }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; }
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    .grid { stroke: #262c36; }
    .axis { stroke: #7d8590; }
    .mark { stroke: #0d1117; }
    .s0 { --c: #79c0ff } .s1 { --c: #ffa657 } .s2 { --c: #56d364 }
    .s3 { --c: #d2a8ff } .s4 { --c: #ff7b72 } .s5 { --c: #9198a1 }
  }
  @media (max-width: 480px) {
    text { font-size: 21px; }
    .title { font-size: 24px; }
    .wide { display: none; }
  }
`;

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Circle, square, diamond, triangle, and again: a reader who sees no colours can tell the lines apart. */
function toMark(index: number, x: number, y: number): string {
  const shape = index % 4;
  const kind = `class="mark s${index % 6}"`;
  if (shape === 0) return `<circle ${kind} cx="${round(x)}" cy="${round(y)}" r="${MARK}"/>`;
  const corners =
    [
      [],
      [
        [-MARK, -MARK],
        [MARK, -MARK],
        [MARK, MARK],
        [-MARK, MARK],
      ],
      [
        [0, -MARK * 1.4],
        [MARK * 1.4, 0],
        [0, MARK * 1.4],
        [-MARK * 1.4, 0],
      ],
      [
        [0, -MARK * 1.3],
        [MARK * 1.25, MARK],
        [-MARK * 1.25, MARK],
      ],
    ][shape] ?? [];
  return `<path ${kind} d="M${corners.map(([dx = 0, dy = 0]) => `${round(x + dx)} ${round(y + dy)}`).join('L')}Z"/>`;
}

interface Frame {
  readonly top: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** A tick that would touch its neighbour has no text; of many, every other one is for wide screens, counted from the last. */
function toXTicks(scale: Scale, frame: Frame): readonly string[] {
  const bottom = frame.top + PLOT.height;
  const named = scale.ticks.reduceRight<readonly number[]>((kept, tick) => {
    const [next] = kept;
    return next === undefined || frame.x(next) - frame.x(tick) >= TICK_GAP ? [tick, ...kept] : kept;
  }, []);
  return scale.ticks.map((tick) => {
    const x = round(frame.x(tick));
    const at = named.indexOf(tick);
    const mark = `<path class="axis" d="M${x} ${bottom}v5"/>`;
    if (at < 0) return mark;
    const kind = named.length > 5 && (named.length - at) % 2 === 0 ? 'faint wide' : 'faint';
    return `${mark}<text class="${kind}" x="${x}" y="${bottom + 24}" text-anchor="middle">${toShortText(tick)}</text>`;
  });
}

function toYTicks(scale: Scale, frame: Frame): readonly string[] {
  return scale.ticks.map((tick, at) => {
    const y = round(frame.y(tick));
    const line = `<path class="${at === 0 ? 'axis' : 'grid'}" d="M${PLOT.left} ${y}H${PLOT.right}"/>`;
    return `${line}<text class="faint" x="${PLOT.left - 10}" y="${y}" dy="0.35em" text-anchor="end">${toShortText(tick)}</text>`;
  });
}

function toLine({ points }: Series, index: number, frame: Frame): string {
  const drawn = points.map(([x, y]) => [frame.x(x), frame.y(y)] as const);
  const path = drawn.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');
  return `<path class="line s${index % 6}" d="M${path}"/>${drawn.map(([x, y]) => toMark(index, x, y)).join('')}`;
}

interface Legend {
  readonly lines: readonly string[];
  readonly rows: number;
}

/** Names in rows as wide as the widest name asks for; room is counted for the larger text of a narrow screen. */
function toLegend(series: readonly Series[], top: number): Legend {
  const longest = Math.max(...series.map(({ name }) => name.length));
  const cell = 48 + longest * LEGEND_LETTER * 1.5;
  const columns = Math.max(1, Math.min(series.length, Math.floor((WIDTH - 24) / cell)));
  const lines = series.map(({ name }, index) => {
    const x = 24 + (index % columns) * cell;
    const y = top + Math.floor(index / columns) * LEGEND_ROW;
    const swatch = `<path class="line s${index % 6}" d="M${round(x)} ${y}h26"/>${toMark(index, x + 13, y)}`;
    return `${swatch}<text x="${round(x + 36)}" y="${y}" dy="0.35em">${escape(name)}</text>`;
  });
  return { lines, rows: Math.ceil(series.length / columns) };
}

interface Heading {
  readonly lines: readonly string[];
  readonly bottom: number;
}

function drawHeading(text: string): Heading {
  const { title, remark } = toHeading(text);
  const remarkTop = 34 + (title.length - 1) * TITLE_ROW + (REMARK_ROW + 1);
  const draw = (kind: string, line: string, y: number): string =>
    `<text class="${kind}" x="24" y="${y}">${escape(line)}</text>`;
  return {
    lines: [
      ...title.map((line, row) => draw('title', line, 34 + row * TITLE_ROW)),
      ...remark.map((line, row) => draw('faint', line, remarkTop + row * REMARK_ROW)),
    ],
    bottom: remarkTop + (remark.length - 1) * REMARK_ROW,
  };
}

/** Draws a chart. The y axis begins at 0, unless it is logarithmic: a line that falls by a tenth must look so. */
export function toSvg(chart: Chart): string {
  const series = chart.series.map(({ name, points }) => ({
    name,
    points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = series.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const xScale = chart.logX === true ? toLogScale(xs) : toValueScale(xs);
  const ys = all.map(([, y]) => y);
  const isLogY = chart.logY === true && ys.length > 0 && ys.every((y) => y > 0);
  const yScale = isLogY ? toLogAxis(ys) : toLinearScale(Math.max(0, ...ys));
  const heading = drawHeading(chart.title);
  const legend = series.length > 1 ? toLegend(series, heading.bottom + 30) : { lines: [], rows: 0 };
  const top = heading.bottom + (series.length > 1 ? 64 : 56) + legend.rows * LEGEND_ROW;
  const bottom = top + PLOT.height;
  const height = bottom + 70;
  const frame: Frame = {
    top,
    x: (value) => PLOT.left + INSET + xScale.at(value) * (PLOT.right - PLOT.left - 2 * INSET),
    y: (value) => bottom - yScale.at(value) * PLOT.height,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escape(chart.title)}</title>`,
    `<style>${STYLE}</style>`,
    ...heading.lines,
    ...legend.lines,
    `<text class="faint" x="24" y="${top - 20}">${escape(chart.yLabel)}${isLogY ? ' (logarithmic)' : ''}</text>`,
    ...toYTicks(yScale, frame),
    ...toXTicks(xScale, frame),
    ...series.map((each, index) => toLine(each, index, frame)),
    `<text class="faint" x="${(PLOT.left + PLOT.right) / 2}" y="${bottom + 54}" text-anchor="middle">${escape(chart.xLabel)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}
