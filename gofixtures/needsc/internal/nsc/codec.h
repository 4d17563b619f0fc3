/*
 * The codec of needsc: blocks of bytes to coded blocks and back, and the
 * container that they are kept in.
 *
 * Container, all numbers little-endian:
 *
 *     stream  = header, block..., trailer
 *     header  = "NSC" 1Ah, version (1 byte: 1), k (1 byte: 16..22),
 *               the low 16 bits of the CRC-32 of these six bytes
 *     block   = raw size (4 bytes: 1..2^k), coded size (4 bytes; bit 31 says
 *               that the block is stored as it is), CRC-32 (4 bytes) of all
 *               raw bytes of the stream up to the end of this block, and then
 *               as many bytes as the coded size says
 *     trailer = 0 (4 bytes), raw size of all blocks together (8 bytes)
 *
 * A coded block is always smaller than its raw bytes; what would not be is
 * stored. So neither side ever needs more memory than a few blocks' worth,
 * whatever a stream claims. That the CRC-32 goes on from block to block shows
 * blocks that were lost, doubled or swapped. A block can be decoded with no
 * other block at hand; lz.h says how it is coded.
 *
 * CRC-32 is that of ITU-T V.42, 8.1.1.6.2 (polynomial 04C11DB7h, reflected).
 *
 * The functions keep no state but what they are given, and are safe to call
 * from several threads with different encoders and decoders. None of them
 * writes beyond the capacity it was told of, or reads beyond the size.
 */
#ifndef NSC_CODEC_H
#define NSC_CODEC_H

#include <stddef.h>
#include <stdint.h>

enum {
	NSC_HEADER_SIZE = 8,
	NSC_BLOCK_HEADER_SIZE = 12, /* and that of the trailer */
	NSC_MIN_BLOCK_LOG = 16,
	NSC_MAX_BLOCK_LOG = 22,
	NSC_MIN_LEVEL = 1,
	NSC_MAX_LEVEL = 9
};

enum nsc_status {
	NSC_OK,
	NSC_BAD_MAGIC,
	NSC_BAD_VERSION,
	NSC_BAD_HEADER,
	NSC_BAD_BLOCK_SIZE,
	NSC_BAD_CODE,
	NSC_BAD_CHECKSUM,
	NSC_BAD_TOTAL,
	NSC_BAD_ARGUMENT, /* of the caller, and a defect there */
	NSC_NO_MEMORY
};

/* nsc_message is what a status means, in English; never NULL. */
const char *nsc_message(enum nsc_status status);

/* nsc_crc32 goes on from crc, which is 0 at first. */
uint32_t nsc_crc32(uint32_t crc, const uint8_t *bytes, size_t size);

struct nsc_encoder;

/*
 * nsc_encoder_new makes an encoder of blocks of up to 2^block_log bytes;
 * the higher the level, the longer it looks for what repeats.
 */
enum nsc_status nsc_encoder_new(unsigned block_log, unsigned level,
                                struct nsc_encoder **encoder);
void nsc_encoder_free(struct nsc_encoder *encoder);

/* nsc_write_header begins a stream. */
void nsc_write_header(struct nsc_encoder *encoder,
                      uint8_t header[NSC_HEADER_SIZE]);

/*
 * nsc_encode makes a block, its header included. The capacity of coded must be
 * at least NSC_BLOCK_HEADER_SIZE + size, and size from 1 to 2^block_log.
 */
enum nsc_status nsc_encode(struct nsc_encoder *encoder, const uint8_t *raw,
                           size_t size, uint8_t *coded, size_t capacity,
                           size_t *coded_size);

/* nsc_write_trailer ends the stream; another may begin. */
void nsc_write_trailer(struct nsc_encoder *encoder,
                       uint8_t trailer[NSC_BLOCK_HEADER_SIZE]);

struct nsc_decoder;

/* nsc_block is what a block's header says; raw_size 0 is a trailer. */
struct nsc_block {
	size_t raw_size;
	size_t coded_size;
	uint32_t crc;
	int stored;
};

enum nsc_status nsc_decoder_new(struct nsc_decoder **decoder);
void nsc_decoder_free(struct nsc_decoder *decoder);

/* nsc_read_header begins a stream, and says how large its blocks can be. */
enum nsc_status nsc_read_header(struct nsc_decoder *decoder,
                                const uint8_t header[NSC_HEADER_SIZE],
                                size_t *block_max);

/* nsc_read_block_header checks all that can be checked before the block. */
enum nsc_status nsc_read_block_header(struct nsc_decoder *decoder,
                                      const uint8_t header[NSC_BLOCK_HEADER_SIZE],
                                      struct nsc_block *block);

/*
 * nsc_decode takes the block->coded_size bytes at coded to exactly
 * block->raw_size bytes at raw. After an error what is at raw means nothing.
 */
enum nsc_status nsc_decode(struct nsc_decoder *decoder,
                           const struct nsc_block *block, const uint8_t *coded,
                           uint8_t *raw);

#endif
