// Reads over dsteem's client what a token launch must have left behind.
// Environment: NODE_URL, CHAIN_ID, ADDRESS_PREFIX, EXPECTED (a JSON file of `launch_alpha.py`).
'use strict';

const fs = require('fs');
const dsteem = require('dsteem');
const { check, equal, require: must, run } = require('./checks.cjs');

const { NODE_URL, CHAIN_ID, ADDRESS_PREFIX, EXPECTED } = process.env;
const expected = JSON.parse(fs.readFileSync(EXPECTED));
const client = new dsteem.Client(NODE_URL, { chainId: CHAIN_ID, addressPrefix: ADDRESS_PREFIX });
const { symbol } = expected;

check('the token is active with its supply', async () => {
  const { tokens } = await client.call('database_api', 'find_smt_tokens', { symbols: [symbol] });
  equal(tokens.length, 1, 'tokens');
  equal(tokens[0].token.phase, 'launch_success', 'phase');
  equal(tokens[0].token.liquid_symbol, symbol, 'symbol');
  equal(tokens[0].token.current_supply, expected.supply, 'supply');
  must(!('ico' in tokens[0]), 'the ICO is over');
  const listed = await client.call('database_api', 'list_smt_tokens', {
    start: '',
    limit: 100,
    order: 'by_control_account',
  });
  must(
    listed.tokens.some((entry) => entry.token.control_account === expected.control_account),
    'listed by control account',
  );
});

for (const [name, amount] of Object.entries(expected.tokens)) {
  check(`${name} holds ${amount} satoshis of the token`, async () => {
    const { balances } = await client.call('smt_api', 'get_balances', { account: name });
    const row = balances.find((entry) => entry.symbol.nai === symbol.nai);
    equal(
      row && row.liquid,
      { amount: String(amount), precision: symbol.decimals, nai: symbol.nai },
      'liquid',
    );
  });
}

for (const [name, balance] of Object.entries(expected.balances)) {
  check(`${name} has ${balance}`, async () => {
    const [account] = await client.database.getAccounts([name]);
    equal(account.balance, balance, 'balance');
  });
}

check('no contribution is left', async () => {
  const answer = await client.call('database_api', 'list_smt_contributions', {
    start: [symbol],
    limit: 10,
    order: 'by_symbol_contributor',
  });
  equal(answer.contributions, [], 'contributions');
});

check('the identifier left the pool', async () => {
  const { nai_pool: pool } = await client.call('database_api', 'get_nai_pool', {});
  equal(pool.length, 10, 'pool');
  must(!pool.some((entry) => entry.nai === symbol.nai), 'still in the pool');
});

check('the history tells of the launch', async () => {
  const { history } = await client.call('account_history_api', 'get_account_history', {
    account: 'alice',
    start: -1,
    limit: 1000,
  });
  const kinds = history.map(([, entry]) => entry.op.type);
  must(kinds.includes('smt_contribute_operation'), 'contribution');
  must(kinds.includes('smt_contributor_payout_operation'), 'payout');
});

run(`dsteem ${require('dsteem/package.json').version} tokens after a launch`);
