-- Who is told of alarms, what they were told, and what is still to be sent. Times are ms UTC.
CREATE TABLE notification_route (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  is_enabled boolean NOT NULL,
  -- A browser's own (web push); null for those that are managed.
  account_id uuid REFERENCES account ON DELETE CASCADE,
  -- Of web push: a browser is subscribed once.
  endpoint text UNIQUE,
  -- With its secret, which no answer repeats.
  channel json NOT NULL,
  -- Null for all pumps. A browser's own follow its account's.
  groups text[],
  least_priority text NOT NULL CHECK (least_priority IN ('critical', 'high', 'medium', 'low')),
  tells_return boolean NOT NULL,
  tells_acknowledged boolean NOT NULL,
  bundle_by text NOT NULL CHECK (bundle_by IN ('asset', 'group', 'nothing')),
  bundle_ms bigint NOT NULL CHECK (bundle_ms >= 0),
  -- Null for none.
  quiet json,
  made_ms bigint NOT NULL
);
--;;
-- Up to which revision the journal was read. What was there before there were notifications is not told.
CREATE TABLE notification_cursor (
  site integer PRIMARY KEY CHECK (site = 1),
  rev bigint NOT NULL
);
--;;
INSERT INTO notification_cursor (site, rev) SELECT site, version FROM site_version;
--;;
-- A message that waits, is being sent (then `due_ms` is when whoever sends it is given up), or has failed for good.
CREATE TABLE notification_delivery (
  id uuid PRIMARY KEY,
  route_id uuid NOT NULL REFERENCES notification_route ON DELETE CASCADE,
  -- What is sent together: a pump, a group; and the order in which messages about it go out.
  bundle text NOT NULL,
  rev bigint NOT NULL,
  -- Notices in it, whether one of them is critical.
  size integer NOT NULL,
  is_urgent boolean NOT NULL,
  due_ms bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  -- Null while it is not given up.
  dead_ms bigint
);
--;;
CREATE INDEX notification_delivery_due ON notification_delivery (due_ms) WHERE dead_ms IS NULL;
--;;
CREATE INDEX notification_delivery_bundle ON notification_delivery (route_id, bundle, rev);
--;;
-- What is, or was, told to whom: the key stays for good, so that nothing is told twice; the notice until it is sent.
CREATE TABLE notification_notice (
  route_id uuid NOT NULL REFERENCES notification_route ON DELETE CASCADE,
  key bytea NOT NULL,
  occurrence bytea NOT NULL,
  rev bigint NOT NULL,
  delivery_id uuid REFERENCES notification_delivery ON DELETE SET NULL,
  notice json,
  PRIMARY KEY (route_id, key)
);
--;;
CREATE INDEX notification_notice_delivery ON notification_notice (delivery_id) WHERE delivery_id IS NOT NULL;
--;;
-- How an occurrence stands that somebody was told of: the most urgent priority told, when it came and when it went.
CREATE TABLE notification_told (
  route_id uuid NOT NULL REFERENCES notification_route ON DELETE CASCADE,
  occurrence bytea NOT NULL,
  priority text NOT NULL,
  raised_ms double precision NOT NULL,
  returned_ms double precision,
  PRIMARY KEY (route_id, occurrence)
);
--;;
-- The key pair by which push services know this server, made when it is first needed.
CREATE TABLE notification_vapid (
  site integer PRIMARY KEY CHECK (site = 1),
  public_key text NOT NULL,
  private_key text NOT NULL
);
