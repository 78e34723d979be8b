'use strict';
const pool = require('./database');

const DATES = '"createdAt" timestamptz, "updatedAt" timestamptz NOT NULL';
const TABLES = {
  workshops: `id serial PRIMARY KEY, name varchar(255), notebook varchar(255), description text, active boolean,
    capacity integer, priority integer, range integer[], reset boolean, ldap boolean, "sessionType" varchar(255),
    location varchar(255), avatar varchar(255), role varchar(255), "replayLink" text, compile varchar(255),
    varpass boolean, "replayId" integer, "workshopImg" varchar(255), "badgeImg" varchar(255), monoappliance boolean,
    multiappliance boolean, beta boolean, category text[], "alternateLocation" text[], duration integer,
    presenter varchar(255), ${DATES}`,
  students: `id serial PRIMARY KEY, url varchar(255), username varchar(255), password varchar(255),
    assigned boolean NOT NULL DEFAULT false, location varchar(255), ${DATES}`,
  locations: `id serial PRIMARY KEY, name varchar(255), basestdid integer, proto varchar(255), port varchar(255), ${DATES}`,
  users: `id serial PRIMARY KEY, username varchar(255), email varchar(255), password varchar(255), ${DATES}`,
  roles: `id serial PRIMARY KEY, name varchar(255), ${DATES}`,
};

(async () => {
  for (const [name, columns] of Object.entries(TABLES))
    await pool.query(`CREATE TABLE IF NOT EXISTS ${name} (${columns})`);
  await pool.end();
})();
