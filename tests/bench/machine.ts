/** What a reader must know about where and how numbers were measured. */
import os from 'node:os';
import { shape } from './case';
import type { Report } from './report';
import { activationMultiplyAdds, countExecuted } from './work';

/** The machine this runs on. */
export function describeMachine(): Report['machine'] {
  const cores = os.cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'unknown processor',
    cores: cores.length,
    load: os.loadavg()[0]!,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.arch()}`,
    node: process.version
  };
}

/** How to read the table. */
export function explain(): string[] {
  const { multiplyAdds, activations } = countExecuted(shape);
  return [
    'Autoencoder A: 30 × 10, LSTM 64, RepeatVector, LSTM 64, dense 10; the same weights and windows everywhere.',
    'Subjects of a group run in turns. The first run compiles and is shown apart; warm-up is thrown away.',
    'Peers get the whole batch at once and return the reconstruction; ours take windows out of the series and return their errors.',
    `The products of one window are ${multiplyAdds.toLocaleString('en')} multiply-adds; its ${activations.toLocaleString('en')} activations are ${(activations * activationMultiplyAdds).toLocaleString('en')} more on the CPU.`,
    'On a busy machine long runs are interrupted more often than short ones, which flatters ours: read the load first.',
    'A ratio is the median time of the peer divided by that of ours. Error: against a reference in double precision.'
  ];
}
