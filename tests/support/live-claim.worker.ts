/** A thread that lines up as the writer of live rows and tells what it becomes; on any message it leaves the line. */
import { claimLiveWriter } from '$lib/history/live/writer';

const leave = claimLiveWriter((role) => postMessage(role));
addEventListener('message', leave);
