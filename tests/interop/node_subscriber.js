// A subscriber made of npm's pubsubhubbub: TOPIC HUB PORT. Prints what happens as one JSON object a line;
// a line on the standard input makes it unsubscribe.
'use strict';

const pubsubhubbub = require('pubsubhubbub');

const [topic, hub, port] = process.argv.slice(2);
const tell = facts => process.stdout.write(JSON.stringify(facts) + '\n');
const subscriber = pubsubhubbub.createServer({ callbackUrl: `http://127.0.0.1:${port}` });

for (const mode of ['subscribe', 'unsubscribe', 'denied']) {
    subscriber.on(mode, data => tell({ done: mode, topic: data.topic }));
}
subscriber.on('feed', data => tell({ got: data.feed.toString(), topic: data.topic }));
subscriber.on('listen', () => subscriber.subscribe(topic, hub));
subscriber.listen(Number(port), '127.0.0.1');
process.stdin.once('data', () => subscriber.unsubscribe(topic, hub));
process.stdin.on('end', () => process.exit(0));
