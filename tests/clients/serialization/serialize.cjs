// Let one JavaScript client serialize and sign transactions: node serialize.cjs CLIENT < requests
//
// Each line of input is a transaction in condenser form with chain id, key prefix and private key; each
// line of output is {hex, digest, signature} or {error}.
const readline = require('readline');

const dsteem = () => {
  const { cryptoUtils, PrivateKey } = require('dsteem');
  const { Types } = require('dsteem/lib/steem/serializer');
  const ByteBuffer = require('bytebuffer');
  const bytes = (transaction) => {
    const buffer = new ByteBuffer(ByteBuffer.DEFAULT_CAPACITY, ByteBuffer.LITTLE_ENDIAN);
    Types.Transaction(buffer, transaction);
    buffer.flip();
    return Buffer.from(buffer.toBuffer());
  };
  return ({ transaction, chain_id, wif }) => {
    const digest = cryptoUtils.transactionDigest(transaction, Buffer.from(chain_id, 'hex'));
    return {
      hex: bytes(transaction).toString('hex'),
      digest: digest.toString('hex'),
      signature: PrivateKey.fromString(wif).sign(digest).toString(),
    };
  };
};

const steemJs = () => {
  const { config } = require('@steemit/steem-js');
  const { ops } = require('@steemit/steem-js/lib/auth/serializer');
  const { PrivateKey, Signature, hash } = require('@steemit/steem-js/lib/auth/ecc');
  return ({ transaction, chain_id, prefix, wif }) => {
    config.set('address_prefix', prefix);
    const bytes = ops.transaction.toBuffer(ops.transaction.fromObject(transaction));
    const digest = hash.sha256(Buffer.concat([Buffer.from(chain_id, 'hex'), bytes]));
    const signature = Signature.signBufferSha256(digest, PrivateKey.fromWif(wif));
    return {
      hex: bytes.toString('hex'),
      digest: digest.toString('hex'),
      signature: signature.toBuffer().toString('hex'),
    };
  };
};

const clients = { dsteem, 'steem-js': steemJs };
const serialize = clients[process.argv[2]]();
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  let answer;
  try {
    answer = serialize(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message || error).split('\n')[0] };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
});
