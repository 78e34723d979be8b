'use strict';
// As sequelize db:seed:all: each file of seeders/, in order.
const fs = require('fs');
const path = require('path');
const pool = require('./database');

const FOLDER = path.join(__dirname, '..', 'seeders');
const queryInterface = {
  async bulkInsert(table, rows) {
    for (const row of rows) {
      const names = Object.keys(row);
      const marks = names.map((_, index) => `$${index + 1}`);
      await pool.query(
        `INSERT INTO ${table} (${names.map((name) => `"${name}"`)}) VALUES (${marks})`,
        Object.values(row)
      );
    }
  },
};

(async () => {
  const names = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
  for (const name of names.sort()) await require(path.join(FOLDER, name)).up(queryInterface);
  await pool.end();
})();
