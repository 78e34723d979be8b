'use strict';
// What dotenv does, and a connection as config/config.js of the original describes it.
const fs = require('fs');
const path = require('path');
const { Pool } = require('pg');

for (const line of fs.readFileSync(path.join(__dirname, '..', '.env'), 'utf8').split('\n')) {
  const [, name, value] = /^(\w+)='?(.*?)'?$/.exec(line) || [];
  if (name && !(name in process.env)) process.env[name] = value;
}

module.exports = new Pool({
  user: process.env.WODPGUSER,
  password: process.env.WODPGPASSWD,
  database: process.env.WODPGDB,
  host: '127.0.0.1',
});
