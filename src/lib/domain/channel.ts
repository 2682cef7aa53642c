/**
 * `reading` feeds the model; `label` is somebody's verdict, kept for evaluation and never shown to a training;
 * `ignored` is not imported.
 */
export type ChannelRole = 'reading' | 'label' | 'ignored';

/** One column of a recording. `unit` is empty where the file does not tell. */
export interface Channel {
  name: string;
  unit: string;
  role: ChannelRole;
}
