// dsteem, unmodified, against a live node: properties, accounts, a signed transfer, the new
// balance, blocks, history, signatures, errors.
// Environment: NODE_URL, CHAIN_ID, ADDRESS_PREFIX, CORE (STEEM or TESTS), DEBT (SBD or TBD).
'use strict';

const dsteem = require('dsteem');
const { check, equal, refusal, require: must, run } = require('./checks.cjs');

const { NODE_URL, CHAIN_ID, ADDRESS_PREFIX, CORE, DEBT } = process.env;
const client = new dsteem.Client(NODE_URL, {
  chainId: CHAIN_ID,
  addressPrefix: ADDRESS_PREFIX,
  timeout: 30000,
});
// Development keys: sha256 of name and role.
const key = (name, role) => dsteem.PrivateKey.fromSeed(name + role);
const account = async (name) => (await client.database.getAccounts([name]))[0];
const satoshis = (text) => Math.round(parseFloat(text) * 1000);
const seen = {};

check('reads the chain properties', async () => {
  const head = await client.database.getDynamicGlobalProperties();
  must(head.head_block_number > 0, 'no block yet');
  must(head.current_supply.endsWith(` ${CORE}`), head.current_supply);
  const config = await client.database.getConfig();
  equal(config.STEEM_CHAIN_ID, CHAIN_ID, 'chain id');
  equal(config.STEEM_ADDRESS_PREFIX, ADDRESS_PREFIX, 'prefix');
  const properties = await client.database.getChainProperties();
  must(properties.account_creation_fee.endsWith(` ${CORE}`), properties.account_creation_fee);
  const price = await client.database.getCurrentMedianHistoryPrice();
  equal(price.toString(), `1.000 ${DEBT}:1.000 ${CORE}`, 'price');
});

check('reads accounts', async () => {
  const [alice, bob] = await client.database.getAccounts(['alice', 'bob', 'nobody-here']);
  equal([alice.name, bob.name], ['alice', 'bob'], 'names');
  equal(
    alice.active.key_auths,
    [[key('alice', 'active').createPublic(ADDRESS_PREFIX).toString(), 1]],
    'active key',
  );
  must(dsteem.getVests(alice) > 0, 'alice has no vests');
  equal(await client.database.call('lookup_accounts', ['ali', 1]), ['alice'], 'lookup');
  must((await client.database.call('get_account_count')) >= 14, 'account count');
});

check('sends a signed transfer and reads the new balance', async () => {
  const [before, other] = [await account('alice'), await account('bob')];
  const result = await client.broadcast.transfer(
    { from: 'alice', to: 'bob', amount: `12.345 ${CORE}`, memo: 'hello' },
    key('alice', 'active'),
  );
  equal(result.id.length, 40, 'id length');
  must(result.block_num > 0 && result.expired === false, JSON.stringify(result));
  seen.transfer = result;
  const [after, otherAfter] = [await account('alice'), await account('bob')];
  equal(satoshis(before.balance) - satoshis(after.balance), 12345, 'alice paid');
  equal(satoshis(otherAfter.balance) - satoshis(other.balance), 12345, 'bob got');
});

check('transfers debt and powers up', async () => {
  const before = await account('carol');
  await client.broadcast.sendOperations(
    [
      ['transfer', { from: 'alice', to: 'carol', amount: `1.000 ${DEBT}`, memo: '' }],
      ['transfer_to_vesting', { from: 'alice', to: 'carol', amount: `5.000 ${CORE}` }],
    ],
    key('alice', 'active'),
  );
  const after = await account('carol');
  equal(satoshis(after.sbd_balance) - satoshis(before.sbd_balance), 1000, 'debt');
  must(parseFloat(after.vesting_shares) > parseFloat(before.vesting_shares), 'vests');
});

check('creates an account', async () => {
  const name = `d${Math.random().toString(36).slice(2, 10).replace(/^[0-9]/, 'x')}`;
  const properties = await client.database.getChainProperties();
  const authority = dsteem.Authority.from(
    key(name, 'active').createPublic(ADDRESS_PREFIX).toString(),
  );
  await client.broadcast.sendOperations(
    [
      [
        'account_create',
        {
          fee: properties.account_creation_fee,
          creator: 'alice',
          new_account_name: name,
          owner: authority,
          active: authority,
          posting: authority,
          memo_key: key(name, 'memo').createPublic(ADDRESS_PREFIX).toString(),
          json_metadata: '',
        },
      ],
    ],
    key('alice', 'active'),
  );
  equal((await account(name)).recovery_account, 'alice', 'recovery account');
});

check('finds the transaction by id, in its block and in the history', async () => {
  const { id, block_num: number, trx_num: position } = seen.transfer;
  const transaction = await client.database.getTransaction(seen.transfer);
  equal(transaction.operations[0][1].amount, `12.345 ${CORE}`, 'amount');
  const block = await client.database.getBlock(number);
  equal(block.transaction_ids[position], id, 'id in block');
  equal(block.transactions[position].transaction_id, id, 'id in transaction');
  must((await client.database.getBlockHeader(number)).previous === block.previous, 'header');
  const applied = await client.database.getOperations(number);
  must(
    applied.some((entry) => entry.trx_id === id && entry.op[0] === 'transfer'),
    'operation in block',
  );
  const history = await client.database.call('get_account_history', ['bob', -1, 100]);
  must(
    history.some(([, entry]) => entry.trx_id === id),
    'operation in history',
  );
});

check('streams blocks', async () => {
  const numbers = [];
  const mode = dsteem.BlockchainMode.Latest;
  const head = await client.blockchain.getCurrentBlockNum(mode);
  for await (const block of client.blockchain.getBlocks({ from: 1, to: head, mode })) {
    numbers.push(block.block_id);
  }
  equal(numbers.length, head, 'blocks');
});

check('checks signatures', async () => {
  const head = await client.database.getDynamicGlobalProperties();
  const transaction = {
    ref_block_num: head.head_block_number & 0xffff,
    ref_block_prefix: Buffer.from(head.head_block_id, 'hex').readUInt32LE(4),
    expiration: new Date(new Date(`${head.time}Z`).getTime() + 60000).toISOString().slice(0, -5),
    operations: [['transfer', { from: 'alice', to: 'bob', amount: `0.001 ${CORE}`, memo: '' }]],
    extensions: [],
  };
  const signed = client.broadcast.sign(transaction, key('alice', 'active'));
  equal(await client.database.verifyAuthority(signed), true, 'authority');
  const keys = await client.database.call('get_potential_signatures', [transaction]);
  must(
    keys.includes(key('alice', 'active').createPublic(ADDRESS_PREFIX).toString()),
    'potential signatures',
  );
});

check('is told why a transfer is refused', async () => {
  const poor = await refusal(
    client.broadcast.transfer(
      { from: 'alice', to: 'bob', amount: `900000000.000 ${CORE}`, memo: '' },
      key('alice', 'active'),
    ),
  );
  equal(poor.name, 'RPCError', 'error name');
  equal(poor.jse_info.error_code, 'evaluation.insufficient_funds', 'error code');
  equal(poor.jse_info.field, 'operations[0].amount', 'field');
  must(poor.jse_info.stack[0].format, 'no stack');
  const stranger = await refusal(
    client.broadcast.transfer(
      { from: 'alice', to: 'bob', amount: `0.001 ${CORE}`, memo: '' },
      key('bob', 'active'),
    ),
  );
  must(stranger.message.includes('missing required active authority'), stranger.message);
  const unknown = await refusal(client.call('database_api', 'no_such_method', {}));
  must(unknown.message.includes('no_such_method'), unknown.message);
});

run(`dsteem ${require('dsteem/package.json').version} basics on ${CORE}`);
