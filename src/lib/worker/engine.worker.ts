/** The engine's thread: the only place in the browser where TensorFlow.js exists. */
import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { expose } from 'comlink';
import type { EngineApi } from '../bridge/engine-api';
import { meterTraffic } from '../bridge/traffic';
import { createHistory } from '../history/history';
import { createRecords } from '../records/records';
import { createEngineHost } from './engine-host';
import { holdLifeLock } from './guard';

meterTraffic();

const api: EngineApi = {
  live: holdLifeLock,
  ...createEngineHost({
    history: createHistory(),
    records: createRecords(),
    wasmPaths: {
      'tfjs-backend-wasm.wasm': wasmPlain,
      'tfjs-backend-wasm-simd.wasm': wasmSimd,
      'tfjs-backend-wasm-threaded-simd.wasm': wasmThreaded
    },
    now: () => performance.now(),
    wallMs: () => Date.now(),
    codeVersion: __APP_VERSION__,
    // After a loss TensorFlow.js silently answers zeros: end the thread, the page starts a fresh one and says so.
    onLost: () => self.close()
  })
};
expose(api);
