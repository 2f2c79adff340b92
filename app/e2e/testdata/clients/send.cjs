// Nodemailer. Arguments: host port mode user password from recipients file
const fs = require('fs')
const nodemailer = require(process.env.TEST_NODE_MODULES + '/nodemailer')
const [host, port, mode, user, pass, from, rcpts, path] = process.argv.slice(2)
const raw = fs.readFileSync(path)
const transport = nodemailer.createTransport({ host, port: Number(port), secure: mode === 'tls', requireTLS: true, auth: { user, pass }, tls: { rejectUnauthorized: false } })
const message = { from: { name: 'Hofladen', address: from }, to: rcpts.split(','), subject: process.env.SUBJECT, text: 'Grüße from Node\n', headers: { 'X-Test-Id': path.split('/').pop() } }
if (raw.length > 1000000) message.attachments = [{ filename: 'big.bin', content: raw }]
transport.sendMail(message).then(() => process.exit(0), (e) => { console.error(e.message); process.exit(1) })
