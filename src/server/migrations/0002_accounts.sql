-- Who may: accounts, sessions, codes that work once, devices, API keys, and the audit log. Times are ms UTC.
-- Nothing that opens a door is kept: passwords by scrypt, everything else (256 or 80 random bits) by SHA-256.
CREATE TABLE account (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  name_key text NOT NULL UNIQUE,
  password text,
  role text NOT NULL CHECK (role IN ('inspector', 'engineer', 'head', 'management', 'administrator')),
  groups text[] NOT NULL,
  is_disabled boolean NOT NULL DEFAULT false,
  created_ms bigint NOT NULL
)
--;;
CREATE TABLE session (
  token_hash bytea PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  opened_ms bigint NOT NULL,
  seen_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  agent text NOT NULL,
  address text NOT NULL
)
--;;
CREATE INDEX session_account ON session (account_id)
--;;
CREATE TABLE one_time_code (
  code_hash bytea PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('first', 'password', 'device')),
  account_id uuid REFERENCES account ON DELETE CASCADE,
  grants text NOT NULL,
  expires_ms bigint NOT NULL
)
--;;
CREATE TABLE device (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  public_key text NOT NULL,
  account_id uuid REFERENCES account,
  role text NOT NULL CHECK (role IN ('inspector', 'engineer', 'head', 'management', 'administrator')),
  groups text[] NOT NULL,
  registered_ms bigint NOT NULL,
  revoked_ms bigint,
  seen_ms bigint,
  skew_ms bigint
)
--;;
CREATE TABLE device_nonce (
  device_id uuid NOT NULL REFERENCES device,
  nonce text NOT NULL,
  time_ms bigint NOT NULL,
  PRIMARY KEY (device_id, nonce)
)
--;;
CREATE INDEX device_nonce_time ON device_nonce (time_ms)
--;;
CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  prefix text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  permissions text[] NOT NULL,
  groups text[] NOT NULL,
  made_by uuid REFERENCES account,
  made_ms bigint NOT NULL,
  expires_ms bigint,
  used_ms bigint,
  revoked_ms bigint
)
--;;
-- `detail` is text, so that what was hashed is what is kept, byte for byte.
CREATE TABLE audit (
  n bigint PRIMARY KEY,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  actor text NOT NULL,
  subject text NOT NULL,
  address text NOT NULL,
  detail text NOT NULL,
  prev text NOT NULL,
  hash text NOT NULL
)
--;;
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$
--;;
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
--;;
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
