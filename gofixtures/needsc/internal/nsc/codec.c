/* The container: headers, checksums, and which blocks to store. */
#include "codec.h"

#include <stdlib.h>
#include <string.h>

#include "lz.h"

enum { VERSION = 1 };

static const uint8_t magic[4] = {'N', 'S', 'C', 0x1a};

#define STORED ((uint32_t)1 << 31)

const char *nsc_message(enum nsc_status status)
{
	switch (status) {
	case NSC_OK:
		return "no error";
	case NSC_BAD_MAGIC:
		return "not in needsc format";
	case NSC_BAD_VERSION:
		return "made by a later version of needsc";
	case NSC_BAD_HEADER:
		return "the header is corrupt";
	case NSC_BAD_BLOCK_SIZE:
		return "a block has an impossible size";
	case NSC_BAD_CODE:
		return "a block is corrupt";
	case NSC_BAD_CHECKSUM:
		return "the checksum does not match";
	case NSC_BAD_TOTAL:
		return "the size does not match";
	case NSC_BAD_ARGUMENT:
		return "bad argument";
	case NSC_NO_MEMORY:
		return "out of memory";
	}
	return "unknown status";
}

static void put32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++, x >>= 8) {
		p[i] = (uint8_t)(x & 255);
	}
}

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

uint32_t nsc_crc32(uint32_t crc, const uint8_t *bytes, size_t size)
{
	/* The CRC-32 of the sixteen values of four bits. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* progress is where both sides are in a stream. */
struct progress {
	uint32_t crc;
	uint64_t total;
};

struct nsc_encoder {
	struct progress progress;
	unsigned block_log;
	struct lz_model model;
	struct lz_finder finder;
};

enum nsc_status nsc_encoder_new(unsigned block_log, unsigned level,
                                struct nsc_encoder **encoder)
{
	*encoder = NULL;
	if (block_log < NSC_MIN_BLOCK_LOG || block_log > NSC_MAX_BLOCK_LOG ||
	    level < NSC_MIN_LEVEL || level > NSC_MAX_LEVEL) {
		return NSC_BAD_ARGUMENT;
	}
	struct nsc_encoder *e = calloc(1, sizeof *e);
	if (e == NULL) {
		return NSC_NO_MEMORY;
	}
	e->finder.previous = calloc((size_t)1 << block_log,
	                            sizeof *e->finder.previous);
	if (e->finder.previous == NULL) {
		free(e);
		return NSC_NO_MEMORY;
	}
	e->block_log = block_log;
	e->finder.depth = 2u << level;
	e->finder.enough = (size_t)8 << (level + 1) / 2;
	*encoder = e;
	return NSC_OK;
}

void nsc_encoder_free(struct nsc_encoder *encoder)
{
	if (encoder != NULL) {
		free(encoder->finder.previous);
		free(encoder);
	}
}

void nsc_write_header(struct nsc_encoder *encoder,
                      uint8_t header[NSC_HEADER_SIZE])
{
	memcpy(header, magic, sizeof magic);
	header[4] = VERSION;
	header[5] = (uint8_t)encoder->block_log;
	uint32_t crc = nsc_crc32(0, header, 6);
	header[6] = (uint8_t)(crc & 255);
	header[7] = (uint8_t)(crc >> 8 & 255);
	encoder->progress = (struct progress){0, 0};
}

enum nsc_status nsc_encode(struct nsc_encoder *encoder, const uint8_t *raw,
                           size_t size, uint8_t *coded, size_t capacity,
                           size_t *coded_size)
{
	*coded_size = 0;
	/* No sum here overflows: a block is far below SIZE_MAX. */
	if (size == 0 || size > (size_t)1 << encoder->block_log ||
	    capacity < NSC_BLOCK_HEADER_SIZE + size) {
		return NSC_BAD_ARGUMENT;
	}
	uint8_t *body = coded + NSC_BLOCK_HEADER_SIZE;
	uint32_t stored = 0;
	size_t body_size = lz_encode(&encoder->model, &encoder->finder, raw, size,
	                             body, size - 1);
	if (body_size == 0) {
		memcpy(body, raw, size);
		body_size = size;
		stored = STORED;
	}
	encoder->progress.crc = nsc_crc32(encoder->progress.crc, raw, size);
	encoder->progress.total += size;
	put32(coded, (uint32_t)size);
	put32(coded + 4, (uint32_t)body_size | stored);
	put32(coded + 8, encoder->progress.crc);
	*coded_size = NSC_BLOCK_HEADER_SIZE + body_size;
	return NSC_OK;
}

void nsc_write_trailer(struct nsc_encoder *encoder,
                       uint8_t trailer[NSC_BLOCK_HEADER_SIZE])
{
	put32(trailer, 0);
	put32(trailer + 4, (uint32_t)(encoder->progress.total & UINT32_MAX));
	put32(trailer + 8, (uint32_t)(encoder->progress.total >> 32));
}

struct nsc_decoder {
	struct progress progress;
	size_t block_max; /* 0 before the header */
	struct lz_model model;
};

enum nsc_status nsc_decoder_new(struct nsc_decoder **decoder)
{
	*decoder = calloc(1, sizeof **decoder);
	return *decoder == NULL ? NSC_NO_MEMORY : NSC_OK;
}

void nsc_decoder_free(struct nsc_decoder *decoder)
{
	free(decoder);
}

enum nsc_status nsc_read_header(struct nsc_decoder *decoder,
                                const uint8_t header[NSC_HEADER_SIZE],
                                size_t *block_max)
{
	*block_max = 0;
	decoder->progress = (struct progress){0, 0};
	decoder->block_max = 0;
	if (memcmp(header, magic, sizeof magic) != 0) {
		return NSC_BAD_MAGIC;
	}
	uint32_t crc = nsc_crc32(0, header, 6);
	if (header[6] != (crc & 255) || header[7] != (crc >> 8 & 255)) {
		return NSC_BAD_HEADER;
	}
	if (header[4] != VERSION) {
		return NSC_BAD_VERSION;
	}
	if (header[5] < NSC_MIN_BLOCK_LOG || header[5] > NSC_MAX_BLOCK_LOG) {
		return NSC_BAD_HEADER;
	}
	decoder->block_max = *block_max = (size_t)1 << header[5];
	return NSC_OK;
}

enum nsc_status nsc_read_block_header(struct nsc_decoder *decoder,
                                      const uint8_t header[NSC_BLOCK_HEADER_SIZE],
                                      struct nsc_block *block)
{
	memset(block, 0, sizeof *block);
	uint32_t raw_size = get32(header);
	uint32_t second = get32(header + 4);
	uint32_t third = get32(header + 8);
	if (raw_size == 0) {
		uint64_t total = second | (uint64_t)third << 32;
		return total == decoder->progress.total ? NSC_OK : NSC_BAD_TOTAL;
	}
	uint32_t coded_size = second & ~STORED;
	int stored = (second & STORED) != 0;
	if (raw_size > decoder->block_max ||
	    (stored ? coded_size != raw_size : coded_size >= raw_size)) {
		return NSC_BAD_BLOCK_SIZE;
	}
	block->raw_size = raw_size;
	block->coded_size = coded_size;
	block->crc = third;
	block->stored = stored;
	return NSC_OK;
}

enum nsc_status nsc_decode(struct nsc_decoder *decoder,
                           const struct nsc_block *block, const uint8_t *coded,
                           uint8_t *raw)
{
	if (block->stored) {
		memcpy(raw, coded, block->raw_size);
	} else if (!lz_decode(&decoder->model, coded, block->coded_size, raw,
	                      block->raw_size)) {
		return NSC_BAD_CODE;
	}
	decoder->progress.crc =
		nsc_crc32(decoder->progress.crc, raw, block->raw_size);
	decoder->progress.total += block->raw_size;
	return decoder->progress.crc == block->crc ? NSC_OK : NSC_BAD_CHECKSUM;
}
