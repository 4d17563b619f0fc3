/* Matches, and the coding of a block; lz.h describes the code. */
#include "lz.h"

#include <string.h>

#include "rangecoder.h"

static void number_init(struct lz_number *n)
{
	for (int i = 0; i < LZ_PLACES; i++) {
		n->place[i] = PROB_EVEN;
		for (int j = 0; j < 1 << LZ_MODELLED; j++) {
			n->below[i][j] = PROB_EVEN;
		}
	}
}

static void model_init(struct lz_model *m)
{
	m->copy[0] = m->copy[1] = m->again = PROB_EVEN;
	for (int i = 0; i < 256; i++) {
		for (int j = 0; j < 256; j++) {
			m->literal[i][j] = PROB_EVEN;
		}
	}
	number_init(&m->length);
	for (int i = 0; i < LZ_DISTANCE_MODELS; i++) {
		number_init(&m->distance[i]);
	}
}

static struct lz_number *distance_model(struct lz_model *m, size_t length)
{
	size_t i = length - LZ_MIN_MATCH;
	return &m->distance[i < LZ_DISTANCE_MODELS ? i : LZ_DISTANCE_MODELS - 1];
}

/* Trees: node 1 is the root, and the children of n are 2n and 2n + 1. */

static void encode_literal(struct range_encoder *e, uint16_t tree[256],
                           unsigned byte)
{
	unsigned node = 1;
	for (unsigned i = 8; i-- > 0;) {
		unsigned bit = byte >> i & 1;
		range_encode(e, &tree[node], bit);
		node = node << 1 | bit;
	}
}

static uint8_t decode_literal(struct range_decoder *d, uint16_t tree[256])
{
	unsigned node = 1;
	while (node < 256) {
		node = node << 1 | range_decode(d, &tree[node]);
	}
	return (uint8_t)(node & 255);
}

static void encode_number(struct range_encoder *e, struct lz_number *n,
                          uint32_t value)
{
	unsigned place = 0;
	while (value >> place > 1) {
		place++;
	}
	unsigned node = 1;
	for (unsigned i = 5; i-- > 0;) {
		unsigned bit = place >> i & 1;
		range_encode(e, &n->place[node], bit);
		node = node << 1 | bit;
	}
	unsigned rest = place;
	node = 1;
	for (int i = 0; i < LZ_MODELLED && rest > 0; i++) {
		unsigned bit = value >> --rest & 1;
		range_encode(e, &n->below[place][node], bit);
		node = node << 1 | bit;
	}
	range_encode_even(e, value, rest);
}

static uint32_t decode_number(struct range_decoder *d, struct lz_number *n)
{
	unsigned node = 1;
	while (node < LZ_PLACES) {
		node = node << 1 | range_decode(d, &n->place[node]);
	}
	unsigned place = node - LZ_PLACES;
	unsigned rest = place;
	node = 1;
	for (int i = 0; i < LZ_MODELLED && rest > 0; i++, rest--) {
		node = node << 1 | range_decode(d, &n->below[place][node]);
	}
	/* Now node is all of the number's highest bits. */
	return (uint32_t)node << rest | range_decode_even(d, rest);
}

static uint32_t hash(const uint8_t *p)
{
	uint32_t three = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
	return three * 2654435761u >> (32 - LZ_HASH_LOG);
}

static size_t common(const uint8_t *a, const uint8_t *b, size_t most)
{
	size_t n = 0;
	while (n < most && a[n] == b[n]) {
		n++;
	}
	return n;
}

static void insert(struct lz_finder *f, const uint8_t *raw, size_t size,
                   size_t at)
{
	if (size - at >= LZ_MIN_MATCH) {
		uint32_t *head = &f->head[hash(raw + at)];
		f->previous[at] = *head;
		*head = (uint32_t)at + 1;
	}
}

struct match {
	size_t length; /* 0: none */
	size_t distance;
};

/*
 * worth says whether a match is worth its distance: three bytes from afar cost
 * more than three literals.
 */
static int worth(struct match m, size_t last)
{
	return m.distance == last || m.length > 4 ||
	       (m.length == 4 && m.distance < 1 << 16) ||
	       (m.length == 3 && m.distance < 1 << 11);
}

/*
 * find looks for the longest match at a position that is not yet inserted. It
 * compares fewer than depth * enough bytes but for one match, so that no input
 * takes it more than linear time.
 */
static struct match find(const struct lz_finder *f, const uint8_t *raw,
                         size_t size, size_t at, size_t last)
{
	struct match best = {0, 0};
	size_t most = size - at;
	if (most < LZ_MIN_MATCH) {
		return best;
	}
	if (last <= at) {
		size_t length = common(raw + at - last, raw + at, most);
		if (length >= LZ_MIN_MATCH) {
			best = (struct match){length, last};
		}
	}
	uint32_t next = f->head[hash(raw + at)];
	for (unsigned i = 0; i < f->depth && next != 0 && best.length < f->enough &&
	                     best.length < most; i++) {
		size_t from = next - 1;
		next = f->previous[from];
		if (raw[from + best.length] != raw[at + best.length]) {
			continue;
		}
		struct match m = {common(raw + from, raw + at, most), at - from};
		if (m.length >= LZ_MIN_MATCH && m.length > best.length &&
		    worth(m, last)) {
			best = m;
		}
	}
	return best;
}

size_t lz_encode(struct lz_model *model, struct lz_finder *finder,
                 const uint8_t *raw, size_t size, uint8_t *coded,
                 size_t capacity)
{
	struct range_encoder e;
	range_encoder_init(&e, coded, capacity);
	model_init(model);
	memset(finder->head, 0, sizeof finder->head);

	size_t last = 1;
	unsigned after_copy = 0;
	struct match ahead = {0, 0}; /* what was found at this position already */
	for (size_t at = 0; at < size && !e.full;) {
		struct match m = ahead;
		if (m.length == 0) {
			m = find(finder, raw, size, at, last);
		}
		ahead = (struct match){0, 0};
		insert(finder, raw, size, at);
		/* A longer match that begins one byte later is better. */
		if (m.length > 0 && m.length < finder->enough) {
			ahead = find(finder, raw, size, at + 1, last);
			if (ahead.length > m.length) {
				m.length = 0;
			} else {
				ahead.length = 0;
			}
		}
		if (m.length == 0) {
			range_encode(&e, &model->copy[after_copy], 0);
			encode_literal(&e, model->literal[at > 0 ? raw[at - 1] : 0],
			               raw[at]);
			after_copy = 0;
			at++;
			continue;
		}
		range_encode(&e, &model->copy[after_copy], 1);
		range_encode(&e, &model->again, m.distance == last);
		encode_number(&e, &model->length,
		              (uint32_t)(m.length - LZ_MIN_MATCH + 1));
		if (m.distance != last) {
			encode_number(&e, distance_model(model, m.length),
			              (uint32_t)m.distance);
		}
		last = m.distance;
		after_copy = 1;
		for (size_t end = at + m.length; ++at < end;) {
			insert(finder, raw, size, at);
		}
	}
	return range_encoder_finish(&e);
}

int lz_decode(struct lz_model *model, const uint8_t *coded, size_t coded_size,
              uint8_t *raw, size_t size)
{
	struct range_decoder d;
	range_decoder_init(&d, coded, coded_size);
	model_init(model);

	size_t last = 1;
	unsigned after_copy = 0;
	for (size_t at = 0; at < size && !d.bad;) {
		after_copy = range_decode(&d, &model->copy[after_copy]);
		if (after_copy == 0) {
			raw[at] = decode_literal(&d,
			                         model->literal[at > 0 ? raw[at - 1] : 0]);
			at++;
			continue;
		}
		unsigned again = range_decode(&d, &model->again);
		uint32_t n = decode_number(&d, &model->length);
		if (n > size - at || size - at - n < LZ_MIN_MATCH - 1) {
			return 0;
		}
		size_t length = (size_t)n + LZ_MIN_MATCH - 1;
		if (again == 0) {
			last = decode_number(&d, distance_model(model, length));
		}
		if (last > at) {
			return 0;
		}
		/* Byte by byte: a copy may overlap what it makes. */
		for (size_t end = at + length; at < end; at++) {
			raw[at] = raw[at - last];
		}
	}
	return range_decoder_ended(&d);
}
