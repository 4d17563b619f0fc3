/*
 * How the bytes of a block are coded: as literals and copies of what came
 * before in the block (J. Ziv and A. Lempel, A Universal Algorithm for
 * Sequential Data Compression, 1977), through an adaptive binary range coder,
 * rangecoder.h.
 *
 *     block = item..., until the raw size is reached
 *     item  = 0, literal
 *           | 1, 1, length            a copy from as far back as the last one
 *           | 1, 0, length, distance
 *
 * The first bit's probability depends on whether the item before was a copy;
 * the second's on nothing. A literal's eight bits, highest first, have
 * probabilities that depend on the byte before (0 at first) and on the bits
 * already coded. A length is coded as the number length - 2, a distance as
 * itself in one of three models: for the lengths 3, 4 and above.
 *
 * A number n >= 1 is coded as the place of its highest bit, 0..31, in five bits
 * of a tree, then the bits below that, highest first: the first three of them
 * with probabilities that depend on the place and on those before, the rest
 * as they are. The distance of the last copy is 1 at first.
 */
#ifndef NSC_LZ_H
#define NSC_LZ_H

#include <stddef.h>
#include <stdint.h>

enum {
	LZ_MIN_MATCH = 3,
	LZ_PLACES = 32, /* of the highest bit of a number */
	LZ_MODELLED = 3, /* bits below it */
	LZ_DISTANCE_MODELS = 3
};

struct lz_number {
	uint16_t place[LZ_PLACES];
	uint16_t below[LZ_PLACES][1 << LZ_MODELLED];
};

/* lz_model holds the probabilities; both sides keep one and adapt it alike. */
struct lz_model {
	uint16_t copy[2];
	uint16_t again;
	uint16_t literal[256][256];
	struct lz_number length;
	struct lz_number distance[LZ_DISTANCE_MODELS];
};

enum { LZ_HASH_LOG = 16 };

/* lz_finder finds matches: positions of one hash form a chain, latest first. */
struct lz_finder {
	uint32_t head[1 << LZ_HASH_LOG]; /* position + 1, 0 is none */
	uint32_t *previous;              /* the same, for each position */
	unsigned depth;                  /* how many of a chain to try */
	size_t enough;                   /* a length to look no further from */
};

/*
 * lz_encode returns the coded size, or 0 if that would reach the capacity.
 * finder->previous must have room for size positions.
 */
size_t lz_encode(struct lz_model *model, struct lz_finder *finder,
                 const uint8_t *raw, size_t size, uint8_t *coded,
                 size_t capacity);

/* lz_decode returns 1 if coded is a whole code of size bytes, and else 0. */
int lz_decode(struct lz_model *model, const uint8_t *coded, size_t coded_size,
              uint8_t *raw, size_t size);

#endif
