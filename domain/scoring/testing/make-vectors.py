"""
Writes the frozen claims that domain/scoring/vectors.test.ts reads: a model, flows, and what the model says of them, bit
by bit, worked out by another language's doubles. Run it again only for another format: python3 make-vectors.py
"""
import hashlib, json, math, os, random, struct

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ['duration', 'forward_packets', 'backward_packets', 'forward_ip_bytes', 'backward_ip_bytes', 'packet_rate', 'byte_rate',
         'forward_packet_size', 'backward_packet_size', 'packet_ratio', 'byte_ratio', 'packet_interval',
         'is_tcp', 'is_udp', 'saw_syn', 'saw_fin', 'saw_rst', 'saw_ack']
UNITS = ['seconds', 'packets', 'packets', 'bytes', 'bytes', 'packets per second', 'bytes per second', 'bytes per packet', 'bytes per packet',
         'backward per forward packets', 'backward per forward bytes', 'seconds per packet'] + ['0 or 1'] * 6
SCHEMA = hashlib.sha256('\n'.join(['flow-lite/1'] + [f'{n}\t{u}' for n, u in zip(NAMES, UNITS)]).encode()).hexdigest()

rnd = random.Random(20251016)
bits = lambda x: struct.pack('>d', x).hex()
div = lambda a, b: a / b if b > 0 else 0.0


def flow(i):
    protocol = rnd.choice([6, 6, 17, 1])
    forward = rnd.randint(1, 5000) if i % 3 else 1
    backward = rnd.randint(0, 3000) if i % 4 else 0
    seconds = (rnd.randint(0, 120_000_000) if i % 5 else 0) / 1e6
    fb, bb = forward * rnd.randint(40, 1500) + rnd.randint(0, 20), backward * rnd.randint(40, 1500)
    flags = [rnd.randint(0, 1) if protocol == 6 else 0 for _ in range(4)]
    packets = forward + backward
    return [seconds, float(forward), float(backward), float(fb), float(bb), div(packets, seconds), div(fb + bb, seconds), div(fb, forward),
            div(bb, backward), div(backward, forward), div(bb, fb), seconds / packets,
            float(protocol == 6), float(protocol == 17)] + [float(f) for f in flags]


FLOWS = [flow(i) for i in range(40)]


def tree(leaves):
    """Splits and leaves grow at random; thresholds are values of the flows, so some comparisons are between equals."""
    splits, nodes, open_ = [], 1, [None]
    left, right, feature, threshold = [], [], [], []
    slots = [('root', None)]
    for s in range(leaves - 1):
        where = slots.pop(rnd.randrange(len(slots)))
        if where[0] == 'l': left[where[1]] = s
        if where[0] == 'r': right[where[1]] = s
        f = rnd.randrange(len(NAMES))
        feature.append(f); threshold.append(rnd.choice(FLOWS)[f]); left.append(None); right.append(None)
        slots += [('l', s), ('r', s)]
    for leaf, (side, s) in enumerate(slots):
        if side == 'l': left[s] = ~leaf
        if side == 'r': right[s] = ~leaf
    values = [rnd.uniform(-0.4, 0.4) for _ in range(leaves)]
    counts = [rnd.randint(1, 500) for _ in range(leaves)]
    internal = [0] * (leaves - 1)
    for s in range(leaves - 2, -1, -1):
        internal[s] = sum(counts[~c] if c < 0 else internal[c] for c in (left[s], right[s]))
    return dict(feature=feature, threshold=threshold, left=left, right=right, values=values, counts=counts, internal=internal)


TREES = [tree(8) for _ in range(12)]


def text():
    join = lambda xs: ' '.join(repr(x) for x in xs)
    out = ['tree', 'version=v4', 'num_class=1', 'num_tree_per_iteration=1', 'label_index=0', f'max_feature_idx={len(NAMES) - 1}',
           'objective=binary sigmoid:1', 'feature_names=' + ' '.join(NAMES), '']
    for i, t in enumerate(TREES):
        out += [f'Tree={i}', f'num_leaves={len(t["values"])}', 'num_cat=0', 'split_feature=' + join(t['feature']), 'threshold=' + join(t['threshold']),
                'decision_type=' + join([2] * len(t['feature'])), 'left_child=' + join(t['left']), 'right_child=' + join(t['right']),
                'leaf_value=' + join(t['values']), 'leaf_count=' + join(t['counts']), 'internal_count=' + join(t['internal']), 'is_linear=0', 'shrinkage=1', '']
    return '\n'.join(out + ['end of trees', ''])


GRID = 2.0 ** 32
grid = lambda x: math.floor(x * GRID + 0.5) / GRID


def means(t):
    exact = [0.0] * len(t['feature'])
    of = lambda c: (t['values'][~c], t['counts'][~c]) if c < 0 else (exact[c], t['internal'][c])
    for s in range(len(exact) - 1, -1, -1):
        (a, n), (b, m) = of(t['left'][s]), of(t['right'][s])
        exact[s] = (a * n + b * m) / (n + m)
    return [grid(x) for x in exact], [grid(x) for x in t['values']]


def claim(model_hash, vector):
    margin, bias, total, parts = 0.0, 0.0, 0.0, [0.0] * len(NAMES)
    for t in TREES:
        inner, leaf = means(t)
        of = lambda c: leaf[~c] if c < 0 else inner[c]
        node = 0
        bias += of(0)
        while node >= 0:
            f = t['feature'][node]
            child = t['left'][node] if vector[f] <= t['threshold'][node] else t['right'][node]
            parts[f] = parts[f] + (of(child) - of(node))
            node = child
        margin += t['values'][~node]
        total += of(node)
    return {'bias': bits(bias), 'contributions': [bits(p) for p in parts], 'feature_schema': SCHEMA, 'features': NAMES, 'model_hash': model_hash,
            'raw_margin': bits(margin), 'rounding': bits(margin - total), 'vector': [bits(v) for v in vector]}


def golden():
    """The rule of domain/scoring/golden.ts."""
    values = [sorted({t['threshold'][i] for t in TREES for i, g in enumerate(t['feature']) if g == f}) for f in range(len(NAMES))]
    data = b''
    for k in range(128):
        vector = []
        for f, known in enumerate(values):
            at = (k * (f + 1)) % max(1, len(known))
            value = known[at] if known else 0.0
            above = known[at + 1] if at + 1 < len(known) else value
            vector.append((value + above) / 2 if (k + f) % 3 == 0 else value)
        said = claim('', vector)
        data += bytes.fromhex(said['raw_margin'] + said['bias'] + said['rounding'] + ''.join(said['contributions']))
    return hashlib.sha256(data).hexdigest()


model = text().encode()
with open(os.path.join(HERE, 'model.txt'), 'wb') as file: file.write(model)
with open(os.path.join(HERE, 'claims.json'), 'w') as file:
    file.write('[\n' + ',\n'.join(json.dumps(claim(hashlib.sha256(model).hexdigest(), f), separators=(',', ':')) for f in FLOWS) + '\n]\n')
with open(os.path.join(HERE, 'hashes.json'), 'w') as file:
    json.dump({'modelHash': hashlib.sha256(model).hexdigest(), 'goldenResult': golden()}, file); file.write('\n')
