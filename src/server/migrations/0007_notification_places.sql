-- What places that show alarms until they hear otherwise (Alertmanager) hold now: so that it can be ended there when its pump goes to another
-- group.
-- The newest notice, as the place knows the occurrence; null where nothing stands there.
ALTER TABLE notification_told ADD COLUMN standing json;
--;;
-- The pump of what stands, hashed as the occurrence is.
ALTER TABLE notification_told ADD COLUMN asset bytea;
--;;
CREATE INDEX notification_told_asset ON notification_told (asset) WHERE asset IS NOT NULL;
