-- A database as a running original leaves it (contract section 2), written for these tests: tables without an index,
-- a check or a default for their times, no user_roles, and, planted, every leak that `wod-api adopt` knows.
CREATE TABLE "SequelizeMeta" (name varchar(255) PRIMARY KEY);
CREATE TABLE workshops (
    id serial PRIMARY KEY, name varchar(255), notebook varchar(255), description text,
    active boolean NOT NULL DEFAULT false, capacity integer, priority integer, range integer[],
    reset boolean NOT NULL DEFAULT false, ldap boolean NOT NULL DEFAULT false,
    "sessionId" integer, "sessionType" varchar(255), location varchar(255), avatar varchar(255), role varchar(255),
    "preRequisite" text, "replayLink" text, compile varchar(255), varpass boolean NOT NULL DEFAULT false,
    "replayId" integer, "workshopImg" varchar(255), "badgeImg" varchar(255), monoappliance boolean DEFAULT false,
    multiappliance boolean DEFAULT false, beta boolean DEFAULT false, category text[], "alternateLocation" text[],
    duration integer DEFAULT 4, presenter varchar(255), "createdAt" timestamptz, "updatedAt" timestamptz NOT NULL
);
CREATE TABLE students (
    id serial PRIMARY KEY, url varchar(255), username varchar(255), password varchar(255),
    assigned boolean NOT NULL DEFAULT false, location varchar(255), "createdAt" timestamptz,
    "updatedAt" timestamptz NOT NULL
);
CREATE TABLE locations (
    id serial PRIMARY KEY, name varchar(255), basestdid integer, proto varchar(255), port varchar(255),
    "createdAt" timestamptz, "updatedAt" timestamptz NOT NULL
);
CREATE TABLE customers (
    id serial PRIMARY KEY, name varchar(255), email varchar(255), company varchar(255), "sessionName" varchar(255),
    "sessionType" varchar(255), location varchar(255), notebook varchar(255), active boolean NOT NULL DEFAULT false,
    cleaned boolean NOT NULL DEFAULT false, "lastEmailSent" varchar(255), hours integer,
    "startDate" timestamptz NOT NULL, "endDate" timestamptz NOT NULL, "studentId" integer REFERENCES students (id),
    proxy varchar(255), "specialBadgeId" integer, "completionPercentage" integer DEFAULT 0,
    "createdAt" timestamptz, "updatedAt" timestamptz
);
CREATE TABLE users (
    id serial PRIMARY KEY, username varchar(255), email varchar(255), password varchar(255),
    "roleId" integer REFERENCES users (id), "createdAt" timestamptz, "updatedAt" timestamptz
);
CREATE TABLE roles (
    id serial PRIMARY KEY, name varchar(255), "userId" integer REFERENCES roles (id), "createdAt" timestamptz,
    "updatedAt" timestamptz
);
CREATE TABLE special_badges (
    id serial PRIMARY KEY, name varchar(255), title varchar(255), description varchar(255), "badgeImg" varchar(255),
    "createdAt" timestamptz, "updatedAt" text
);

INSERT INTO "SequelizeMeta" VALUES ('01-migration.js'), ('03-students.js');
INSERT INTO locations (name, basestdid, proto, port, "updatedAt") VALUES
    ('be1.example.org', 0, 'https', '443', timestamptz '2026-01-01 00:00Z'), ('be2.example.org', 10, 'https', '443', timestamptz '2026-01-01 00:00Z'),
    ('be1.example.org', 0, 'https', '443', timestamptz '2026-01-02 00:00Z');  -- seeded a second time
INSERT INTO students (id, url, username, password, location, "updatedAt")
    SELECT n, 'https://be1.example.org:443/user/student' || n || '/lab?', 'student' || n, 'MyNewPassword',
           'be1.example.org', timestamptz '2026-01-01 00:00Z' FROM generate_series(1, 10) n
    UNION ALL
    SELECT 10 + n, 'https://be2.example.org:443/user/student' || n || '/lab?', 'student' || n, 'MyNewPassword',
           'be2.example.org', timestamptz '2026-01-01 00:00Z' FROM generate_series(1, 10) n;
-- students have ids of their own, and the serial stands where it stood
INSERT INTO students (id, username, location, "updatedAt") VALUES (99, 'student3', 'be1.example.org', timestamptz '2026-01-02 00:00Z');

INSERT INTO workshops (name, notebook, active, capacity, range, reset, compile, location, "alternateLocation",
                       "updatedAt") VALUES
    ('API 101', 'WKSHP-API101', true, -1, '{1,6}', false, 'false', 'be1.example.org', '{be2.example.org}', timestamptz '2026-01-01 00:00Z'),
    ('Bash', 'WKSHP-Bash', true, 2, '{7,10}', true, 'false', 'be1.example.org', '{be2.example.org}', timestamptz '2026-01-01 00:00Z'),
    ('Tensorflow', 'WKSHP-Tensorflow101', false, 5, '{-4}', false, 'false', 'be1.example.org', '{}', timestamptz '2026-01-01 00:00Z');

INSERT INTO customers (id, name, email, "sessionName", location, notebook, active, cleaned, "lastEmailSent", "startDate",
                       "endDate", "studentId", "updatedAt") VALUES
    -- a session that runs; its seat counts as free
    (1, 'Ann', 'ann@example.org', 'API 101', 'be1.example.org', 'WKSHP-API101', true, false, 'credentials',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', 1, '2026-03-01 10:00Z'),
    -- two at once were given student2
    (2, 'Ben', 'ben@example.org', 'API 101', 'be1.example.org', 'WKSHP-API101', true, false, 'credentials',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', 2, '2026-03-01 10:00Z'),
    (3, 'Cid', 'cid@example.org', 'API 101', 'be1.example.org', 'WKSHP-API101', false, false, 'welcome',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', 2, '2026-03-01 10:00Z'),
    -- student3's second row
    (4, 'Dee', 'dee@example.org', 'API 101', 'be1.example.org', 'WKSHP-API101', true, false, 'expiring',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', 99, '2026-03-01 10:00Z'),
    -- expired long ago; neither seat nor capacity came back
    (5, 'Eve', 'eve@example.org', 'API 101', 'be1.example.org', 'WKSHP-API101', false, true, 'expired',
     '2026-02-01 10:00Z', '2026-02-01 14:00Z', 4, '2026-02-01 14:00Z'),
    (6, 'Fay', 'fay@example.org', 'Bash', 'be1.example.org', 'WKSHP-Bash', false, false, 'expired',
     '2026-02-01 10:00Z', '2026-02-01 14:00Z', 7, '2026-02-01 14:00Z'),
    -- expired a moment ago: its backend is cleaning
    (7, 'Gus', 'gus@example.org', 'Bash', 'be1.example.org', 'WKSHP-Bash', false, false, 'expired',
     '2026-03-01 06:00Z', '2026-03-01 11:50Z', 8, '2026-03-01 11:50Z'),
    -- unknown states, and one that died before it had a student
    (8, 'Hal', 'hal@example.org', 'Bash', 'be1.example.org', 'WKSHP-Bash', true, false, 'Credentials sent',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', 9, '2026-03-01 10:00Z'),
    (9, 'Ida', 'ida@example.org', 'Bash', 'be1.example.org', 'WKSHP-Bash', false, false, '',
     '2026-03-01 10:00Z', '2026-03-01 14:00Z', NULL, '2026-03-01 10:00Z');
SELECT setval('customers_id_seq', 9);
UPDATE students SET assigned = true WHERE id IN (2, 4, 6, 7, 8, 9, 99);

INSERT INTO roles (id, name) VALUES (1, 'user'), (2, 'moderator');
INSERT INTO users (username, email, password) VALUES
    ('moderator', 'dummy', '$2a$06$Wqbz9bUfLmxmIYwi4mmEuufBCpKSbPuSKXqmIXyF4ZkAvVGaWlpEa'),
    ('hackshack', 'dummy', 'plain words'),
    ('moderator', 'second@example.org', '');
