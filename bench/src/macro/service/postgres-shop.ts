import pg from 'pg';
import { createCatalogue, priced, type Shop } from './shop.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS products (sku text PRIMARY KEY, price integer NOT NULL);
  CREATE TABLE IF NOT EXISTS orders (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL, currency text NOT NULL, net integer NOT NULL, tax integer NOT NULL,
    placed timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS order_lines (
    number bigint NOT NULL REFERENCES orders, sku text NOT NULL REFERENCES products, quantity integer NOT NULL,
    amount integer NOT NULL
  );
  TRUNCATE order_lines, orders, products;`;

/** Prepared once by each connection, as `pg` does with statements that have a name. */
const PRICES = { name: 'prices', text: 'SELECT sku, price FROM products WHERE sku = ANY($1)' };
const ORDER = {
  name: 'order',
  text: 'INSERT INTO orders (customer, currency, net, tax) VALUES ($1, $2, $3, $4) RETURNING number',
};
const LINES = {
  name: 'lines',
  text: 'INSERT INTO order_lines SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::integer[])',
};

/** Prices orders by the data base, and keeps each in a transaction, through the pool of `pg` as it is by default. */
export async function createPostgresShop(connectionString: string): Promise<Shop> {
  const pool = new pg.Pool({ connectionString });
  await pool.query(SCHEMA);
  const catalogue = createCatalogue();
  await pool.query('INSERT INTO products SELECT * FROM unnest($1::text[], $2::integer[])', [
    [...catalogue.keys()],
    [...catalogue.values()],
  ]);
  return {
    async place(order) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const found = await client.query<{ sku: string; price: number }>({
          ...PRICES,
          values: [order.lines.map(({ sku }) => sku)],
        });
        const placed = priced(order, new Map(found.rows.map(({ sku, price }) => [sku, price])));
        const inserted = await client.query<{ number: string }>({
          ...ORDER,
          values: [order.customer, placed.currency, placed.net, placed.tax],
        });
        const number = Number(inserted.rows[0]?.number);
        const column = (name: 'sku' | 'quantity' | 'amount'): unknown[] =>
          placed.lines.map((line) => line[name]);
        await client.query({
          ...LINES,
          values: [number, column('sku'), column('quantity'), column('amount')],
        });
        await client.query('COMMIT');
        return { number, ...placed };
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  };
}
