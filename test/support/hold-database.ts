/** Opens the database named by the argument, says so, and holds it until killed. */
import { openDatabase } from '../../src/generations/database.js';

const database = await openDatabase(process.argv[2] ?? '');
process.send?.({ opened: database.path });
setInterval(() => {}, 1 << 30);
