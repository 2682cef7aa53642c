/** The key pair by which push services know this server: made when it is first needed, then the same for good. */
import webPush from 'web-push';
import type { Db } from '../store/db';

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

/** The pair; the same for all who ask at once. */
export async function provideKeyPair(db: Db): Promise<KeyPair> {
  const kept = await readKeyPair(db);
  if (kept) return kept;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  await db.query(
    'INSERT INTO notification_vapid (site, public_key, private_key) VALUES (1, $1, $2) ON CONFLICT DO NOTHING',
    [publicKey, privateKey]
  );
  return (await readKeyPair(db))!;
}

async function readKeyPair(db: Db): Promise<KeyPair | undefined> {
  const [row] = await db.query<KeyPair>(
    'SELECT public_key AS "publicKey", private_key AS "privateKey" FROM notification_vapid'
  );
  return row;
}
