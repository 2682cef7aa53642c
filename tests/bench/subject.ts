/** What can be measured, and how the driver asks for it, wherever it runs. */

/** `predict`: the first `batch` windows. `train`: one Adam step on them. `roof`: multiply-adds and nothing else. */
export type Task = { readonly kind: 'predict' | 'train'; readonly batch: number } | { readonly kind: 'roof' };

/** What a prediction returns: the reconstruction `[batch, steps, channels]`, or the three arrays of `WindowErrors`. */
export type OutputKind = 'reconstruction' | 'errors';

/** A peer or an engine of ours, ready to compute the case. Every promise resolves when the numbers can be read. */
export interface Subject {
  /** Version, device, arithmetic: what a reader needs to know. */
  readonly detail: string;
  readonly output: OutputKind;
  predict(batch: number): Promise<Float32Array[]>;
  /** One step on the first `batch` windows; resolves with the loss before it. */
  trainStep?(batch: number): Promise<number>;
  /** For a subject that does nothing but multiply and add: how often, and the run. */
  readonly roof?: { readonly multiplyAdds: number; run(): Promise<void> };
  dispose(): void;
}

/** Subjects by name, each made when it is asked for. */
export type Subjects = Readonly<Record<string, () => Promise<Subject>>>;

/** What is known of a subject once it is prepared. */
export interface Prepared {
  readonly detail: string;
  readonly output: OutputKind;
  /** Multiply-adds of a run of a roof; null for everything else. */
  readonly roofMultiplyAdds: number | null;
}

/** A place where subjects run: this process, a page, another process. The clock is the place's own. */
export interface Host {
  prepare(name: string): Promise<Prepared>;
  /** What is predicted of `batch` windows, cut to the first `kept` of them. */
  predict(name: string, batch: number, kept: number): Promise<Float32Array[]>;
  /** The losses of the next `steps` steps. */
  train(name: string, batch: number, steps: number): Promise<number[]>;
  /** Milliseconds of each of `runs` runs, one after the other. */
  time(name: string, task: Task, runs: number): Promise<number[]>;
  dispose(name: string): Promise<void>;
}

/** A prepared subject as the driver holds it. */
export interface Runner extends Prepared {
  readonly name: string;
  predict(batch: number, kept: number): Promise<Float32Array[]>;
  train(batch: number, steps: number): Promise<number[]>;
  time(task: Task, runs: number): Promise<number[]>;
  dispose(): Promise<void>;
}

/** Prepares a subject of `host`; rejects with the host's reason where it cannot be had. */
export async function prepareRunner(host: Host, name: string): Promise<Runner> {
  return {
    ...(await host.prepare(name)),
    name,
    predict: (batch, kept) => host.predict(name, batch, kept),
    train: (batch, steps) => host.train(name, batch, steps),
    time: (task, runs) => host.time(name, task, runs),
    dispose: () => host.dispose(name)
  };
}

/** Runs subjects where it is called. */
export function createHost(subjects: Subjects): Host {
  const prepared = new Map<string, Subject>();
  const get = (name: string) => {
    const subject = prepared.get(name);
    if (!subject) throw new Error(`${name} is not prepared`);
    return subject;
  };
  const trainStep = (subject: Subject, batch: number) => {
    if (!subject.trainStep) throw new Error('does not train');
    return subject.trainStep(batch);
  };
  const run = (subject: Subject, task: Task): Promise<unknown> | undefined => {
    if (task.kind === 'roof') return subject.roof?.run();
    return task.kind === 'predict' ? subject.predict(task.batch) : trainStep(subject, task.batch);
  };
  return {
    prepare: async (name) => {
      const create = subjects[name];
      if (!create) throw new Error(`no subject of the name ${name}`);
      const subject = await create();
      prepared.set(name, subject);
      const { detail, output, roof } = subject;
      return { detail, output, roofMultiplyAdds: roof?.multiplyAdds ?? null };
    },
    predict: async (name, batch, kept) => {
      const parts = await get(name).predict(batch);
      return parts.map((part) => part.slice(0, (part.length / batch) * kept));
    },
    train: async (name, batch, steps) => {
      const losses: number[] = [];
      while (losses.length < steps) losses.push(await trainStep(get(name), batch));
      return losses;
    },
    time: async (name, task, runs) => {
      const subject = get(name);
      const milliseconds: number[] = [];
      while (milliseconds.length < runs) {
        const start = performance.now();
        await run(subject, task);
        milliseconds.push(performance.now() - start);
      }
      return milliseconds;
    },
    dispose: async (name) => {
      get(name).dispose();
      prepared.delete(name);
    }
  };
}
