/** What is said of stored rows that can no longer be read: which hours are lost. */
import { formatNumber, formatSpan } from './format';

interface Span {
  fromMs: number;
  toMs: number;
}

const hourMs = 3_600_000;
const mostSpans = 4;

/** One sentence on readings or scores that are lost; `spans` in time order, those less than an hour apart as one. */
export function damageText(what: 'readings' | 'scores', spans: readonly Span[]): string {
  const joined = joinSpans(spans);
  const named = joined.slice(0, mostSpans).map(({ fromMs, toMs }) => formatSpan(fromMs, toMs));
  const more = joined.length - named.length;
  const others = more > 0 ? [`${formatNumber(more)} more`] : [];
  return `Stored ${what} of this pump are damaged and cannot be read any more: ${[...named, ...others].join('; ')}.`;
}

function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { fromMs, toMs } of spans) {
    const last = joined.at(-1);
    if (last && fromMs - last.toMs < hourMs) last.toMs = Math.max(last.toMs, toMs);
    else joined.push({ fromMs, toMs });
  }
  return joined;
}
