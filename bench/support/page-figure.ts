/** One thing that was measured. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most that it may be; without one it is told and no more. */
  readonly most?: number;
  /** Beside the figure: how it was spread, or what the machine itself can do. */
  readonly remark?: string;
}

/** Whether a figure has a target and misses it. What could not be measured misses it, too. */
export const isMissed = ({ value, most }: Figure): boolean => most !== undefined && !(value <= most);

/** A figure as a row of a table: name, value, target, remark. */
export function rowOf(figure: Figure): string[] {
  const { name, value, unit, most, remark = "" } = figure;
  const target = most === undefined ? "" : `≤ ${most} ${unit}`;
  return [name, `${shown(value)} ${unit}`, isMissed(figure) ? `${target}  MISSED` : target, remark];
}

/** Three digits that count. */
function shown(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  return String(Number(value.toPrecision(Math.abs(value) >= 100 ? Math.ceil(Math.log10(Math.abs(value))) : 3)));
}
