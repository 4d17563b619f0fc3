/*
 * An adaptive binary range coder (G. N. N. Martin, Range encoding: an algorithm
 * for removing redundancy from a digitised message, 1979).
 *
 * Both sides keep a range, of which a 0 takes the lower part, in proportion to
 * its probability, and a 1 the rest. A probability is out of 2^PROB_BITS, and
 * moves to what came by a part of 2^-PROB_SHIFT. It stays between 31 and 2017
 * of 2048, so neither part is ever empty: the range is at least 2^24 before
 * each bit.
 *
 * The coded bytes are a binary fraction within the last range. The encoder
 * writes all of its lower end; so the decoder, which knows how far it is above
 * that, ends at 0, and anything else is an error.
 */
#ifndef NSC_RANGECODER_H
#define NSC_RANGECODER_H

#include <stddef.h>
#include <stdint.h>

enum {
	PROB_BITS = 11,
	PROB_EVEN = 1 << (PROB_BITS - 1),
	PROB_SHIFT = 5
};

#define RANGE_LEAST ((uint32_t)1 << 24)

struct range_encoder {
	uint8_t *out;
	size_t size;
	size_t capacity;
	uint32_t low;
	uint32_t range;
	int full; /* there was no room, and out is of no use */
};

static inline void range_encoder_init(struct range_encoder *e, uint8_t *out,
                                      size_t capacity)
{
	e->out = out;
	e->size = 0;
	e->capacity = capacity;
	e->low = 0;
	e->range = UINT32_MAX;
	e->full = 0;
}

/*
 * range_add moves the lower end up. A carry goes into the bytes that are
 * written; it ends there, since the end of the range is never above 1.
 */
static inline void range_add(struct range_encoder *e, uint32_t amount)
{
	e->low += amount;
	if (e->low < amount) {
		for (size_t i = e->size; i-- > 0;) {
			e->out[i] = (uint8_t)((e->out[i] + 1) & 255);
			if (e->out[i] != 0) {
				break;
			}
		}
	}
}

static inline void range_shift(struct range_encoder *e)
{
	if (e->size == e->capacity) {
		e->full = 1;
		e->size = 0;
	}
	if (e->capacity > 0) {
		e->out[e->size++] = (uint8_t)(e->low >> 24);
	}
	e->low <<= 8;
}

static inline void range_encode(struct range_encoder *e, uint16_t *prob,
                                unsigned bit)
{
	uint32_t bound = (e->range >> PROB_BITS) * *prob;
	if (bit == 0) {
		e->range = bound;
		*prob = (uint16_t)(*prob + (((1 << PROB_BITS) - *prob) >> PROB_SHIFT));
	} else {
		range_add(e, bound);
		e->range -= bound;
		*prob = (uint16_t)(*prob - (*prob >> PROB_SHIFT));
	}
	while (e->range < RANGE_LEAST) {
		range_shift(e);
		e->range <<= 8;
	}
}

/* range_encode_even writes the lowest count bits as they are. */
static inline void range_encode_even(struct range_encoder *e, uint32_t bits,
                                     unsigned count)
{
	while (count-- > 0) {
		e->range >>= 1;
		if ((bits >> count & 1) != 0) {
			range_add(e, e->range);
		}
		while (e->range < RANGE_LEAST) {
			range_shift(e);
			e->range <<= 8;
		}
	}
}

/* range_encoder_finish returns the size, 0 if there was no room. */
static inline size_t range_encoder_finish(struct range_encoder *e)
{
	for (int i = 0; i < 4; i++) {
		range_shift(e);
	}
	return e->full ? 0 : e->size;
}

struct range_decoder {
	const uint8_t *in;
	size_t left;
	uint32_t code; /* how far above the lower end of the range */
	uint32_t range;
	int bad; /* the end came too early */
};

static inline void range_decoder_pull(struct range_decoder *d)
{
	d->code <<= 8;
	if (d->left == 0) {
		d->bad = 1;
		return;
	}
	d->code |= *d->in++;
	d->left--;
}

static inline void range_decoder_init(struct range_decoder *d,
                                      const uint8_t *in, size_t size)
{
	d->in = in;
	d->left = size;
	d->code = 0;
	d->range = UINT32_MAX;
	d->bad = 0;
	for (int i = 0; i < 4; i++) {
		range_decoder_pull(d);
	}
}

static inline unsigned range_decode(struct range_decoder *d, uint16_t *prob)
{
	uint32_t bound = (d->range >> PROB_BITS) * *prob;
	unsigned bit;
	if (d->code < bound) {
		bit = 0;
		d->range = bound;
		*prob = (uint16_t)(*prob + (((1 << PROB_BITS) - *prob) >> PROB_SHIFT));
	} else {
		bit = 1;
		d->code -= bound;
		d->range -= bound;
		*prob = (uint16_t)(*prob - (*prob >> PROB_SHIFT));
	}
	while (d->range < RANGE_LEAST) {
		range_decoder_pull(d);
		d->range <<= 8;
	}
	return bit;
}

static inline uint32_t range_decode_even(struct range_decoder *d,
                                         unsigned count)
{
	uint32_t bits = 0;
	while (count-- > 0) {
		d->range >>= 1;
		unsigned bit = d->code >= d->range;
		if (bit != 0) {
			d->code -= d->range;
		}
		bits = bits << 1 | bit;
		while (d->range < RANGE_LEAST) {
			range_decoder_pull(d);
			d->range <<= 8;
		}
	}
	return bits;
}

/* range_decoder_ended says whether all was read, and all of it was right. */
static inline int range_decoder_ended(const struct range_decoder *d)
{
	return !d->bad && d->left == 0 && d->code == 0;
}

#endif
