-- What ends: alarms that somebody hides, messages that some have got, and what is kept only for a time. Times are ms UTC.
-- Since when a told occurrence is hidden (shelved, suppressed, out of service); null while it shows.
ALTER TABLE notification_told ADD COLUMN hidden_ms double precision;
--;;
-- Addresses of the channel that have got the message, where others of it have not.
ALTER TABLE notification_delivery ADD COLUMN reached text[] NOT NULL DEFAULT '{}';
--;;
-- When it was planned, and when anything was last told: what is old is deleted.
ALTER TABLE notification_notice ADD COLUMN planned_ms bigint NOT NULL DEFAULT floor(extract(epoch FROM now()) * 1000);
--;;
ALTER TABLE notification_told ADD COLUMN told_ms bigint NOT NULL DEFAULT floor(extract(epoch FROM now()) * 1000);
--;;
ALTER TABLE notification_notice ALTER COLUMN planned_ms DROP DEFAULT;
--;;
ALTER TABLE notification_told ALTER COLUMN told_ms DROP DEFAULT;
--;;
CREATE INDEX notification_notice_planned ON notification_notice (planned_ms) WHERE delivery_id IS NULL;
--;;
CREATE INDEX notification_told_ended ON notification_told (told_ms) WHERE returned_ms IS NOT NULL;
--;;
CREATE INDEX notification_delivery_old ON notification_delivery ((coalesce(dead_ms, due_ms)));
--;;
-- When the backend got it first, and when all of the journal was last found to be read: a pump that moves to another group has its whole
-- journal come again, and what was read before is not told anew.
ALTER TABLE sync_entity ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
--;;
ALTER TABLE notification_cursor ADD COLUMN caught_up_at timestamptz NOT NULL DEFAULT now();
