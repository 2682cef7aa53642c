/** Sends what is due: takes a message, sends it by its channel, and settles what became of it. */
import type { QuietHours } from '../../lib/domain/notification-route';
import type { Db } from '../store/db';
import { endOfQuiet, mostTries, waitAfter } from './due';
import type { Message, Notifier, Sent } from './notifier';
import { endDelivery, giveUp, putOff, readMessage, takeDelivery, type Taken } from './queue';
import type { Channel } from './recipient';
import { dropRoute, findRecipient } from './routes-store';

export interface DeliverPlace {
  db: Db;
  nowMs: () => number;
  /** In [0, 1). */
  random: () => number;
  openNotifier: (channel: Channel) => Notifier;
  /** Ends when the server stops. */
  stopping: AbortSignal;
}

/** A channel that has not answered by then has not. */
const answerMs = 20_000;
/** A sender that has not settled a message by then is dead. */
const holdMs = 60_000;

/** Sends messages until none is due. Several of it may run at once. */
export async function deliverDue(place: DeliverPlace): Promise<void> {
  while (!place.stopping.aborted) {
    const nowMs = place.nowMs();
    const taken = await takeDelivery(place.db, nowMs, nowMs + holdMs);
    if (!taken) return;
    await deliver(place, taken);
  }
}

async function deliver(place: DeliverPlace, taken: Taken): Promise<void> {
  const { db, nowMs } = place;
  // What takes the server down each time it is sent must come to an end, too.
  if (taken.tries > mostTries) {
    return giveUp(db, taken, nowMs(), { detail: 'the server stopped each time it was sent' });
  }
  const recipient = await findRecipient(db, taken.routeId);
  if (!recipient) return;
  const message = await readMessage(db, taken.id);
  const sent = await sendOnce(place.openNotifier(recipient.channel), message, place.stopping);
  if (sent.ok) return endDelivery(db, taken);
  if (sent.gone) return dropRoute(db, taken.routeId);
  if (sent.final || taken.tries >= mostTries) return giveUp(db, taken, nowMs(), sent);
  await putOff(db, taken, nextTry(place, taken, recipient.quiet, sent.afterMs), sent);
}

function nextTry({ nowMs, random }: DeliverPlace, taken: Taken, quiet: QuietHours | null, afterMs = 0): number {
  const againMs = nowMs() + waitAfter(taken.tries, random(), afterMs);
  return taken.isUrgent ? againMs : endOfQuiet(quiet, againMs);
}

/** Sends with a limit of time. An adapter that throws has a fault of ours; it must not stop the others. */
export async function sendOnce(notifier: Notifier, message: Message, stopping: AbortSignal): Promise<Sent> {
  try {
    return await notifier.send(message, AbortSignal.any([stopping, AbortSignal.timeout(answerMs)]));
  } catch (error) {
    return { ok: false, final: false, gone: false, detail: `an error of the server: ${(error as Error).name}` };
  }
}
