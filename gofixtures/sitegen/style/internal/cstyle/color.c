/*
 * The functions on colors calculate with whole numbers, exactly, and round
 * half up once at the end.
 */

#include "internal.h"

struct color {
	int64_t channel[3]; /* red, green, blue, 0 to 255 */
};

/* named finds the colors of CSS 2.1, 4.3.6; word is in lower case. */
static bool named(struct text word, struct color *color)
{
	const struct {
		struct text name;
		struct color color;
	} names[] = {
		{LITERAL("aqua"), {{0, 255, 255}}},
		{LITERAL("black"), {{0, 0, 0}}},
		{LITERAL("blue"), {{0, 0, 255}}},
		{LITERAL("fuchsia"), {{255, 0, 255}}},
		{LITERAL("gray"), {{128, 128, 128}}},
		{LITERAL("green"), {{0, 128, 0}}},
		{LITERAL("lime"), {{0, 255, 0}}},
		{LITERAL("maroon"), {{128, 0, 0}}},
		{LITERAL("navy"), {{0, 0, 128}}},
		{LITERAL("olive"), {{128, 128, 0}}},
		{LITERAL("orange"), {{255, 165, 0}}},
		{LITERAL("purple"), {{128, 0, 128}}},
		{LITERAL("red"), {{255, 0, 0}}},
		{LITERAL("silver"), {{192, 192, 192}}},
		{LITERAL("teal"), {{0, 128, 128}}},
		{LITERAL("white"), {{255, 255, 255}}},
		{LITERAL("yellow"), {{255, 255, 0}}},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (gsty_same(word, names[i].name)) {
			*color = names[i].color;
			return true;
		}
	}
	return false;
}

static int64_t hex_value(byte ch)
{
	return is_digit(ch) ? ch - '0' : lower(ch) - 'a' + 10;
}

static bool parse_color(compiler *c, struct text t, struct color *color)
{
	if (named(gsty_lowered(c, t), color))
		return true;
	if ((t.n != 4 && t.n != 7) || t.p[0] != '#')
		return false;
	for (size_t i = 1; i < t.n; i++) {
		if (!is_hex(t.p[i]))
			return false;
	}
	for (size_t i = 0; i < 3; i++)
		color->channel[i] = t.n == 4 ? 17 * hex_value(t.p[1 + i])
			: 16 * hex_value(t.p[1 + 2 * i]) + hex_value(t.p[2 + 2 * i]);
	return true;
}

static struct text color_text(compiler *c, struct color color)
{
	const struct text digits = LITERAL("0123456789abcdef");
	struct buffer out = {.arena = &c->scratch};
	gsty_append_byte(c, &out, '#');
	for (size_t i = 0; i < 3; i++) {
		gsty_append_byte(c, &out, digits.p[color.channel[i] >> 4]);
		gsty_append_byte(c, &out, digits.p[color.channel[i] & 15]);
	}
	return gsty_taken(&out);
}

/* 100 % in the units of numbers. */
#define WHOLE (INT64_C(100) * ONE)

/* percentage reads 0 to 100, with or without %. */
static bool percentage(struct text t, int64_t *p)
{
	struct number n;
	if (!gsty_parse_number(t, &n) || (n.negative && n.magnitude > 0) || n.magnitude > WHOLE ||
		(n.unit.n > 0 && !gsty_same(n.unit, LITERAL("%"))))
		return false;
	*p = (int64_t)n.magnitude;
	return true;
}

static struct color mix(struct color a, struct color b, int64_t weight)
{
	for (size_t i = 0; i < 3; i++)
		a.channel[i] = (a.channel[i] * weight + b.channel[i] * (WHOLE - weight) + WHOLE / 2) / WHOLE;
	return a;
}

static int64_t magnitude(int64_t n)
{
	return n < 0 ? -n : n;
}

/*
 * lighten adds amount to the lightness of hue, saturation and lightness (CSS
 * Color Level 3, 4.2.4), without going through them: with the lightness L and
 * the saturation S, each channel X between the least and the greatest becomes
 *
 *	L' + S*(1-|2L'-1|) * ((X-least)/(greatest-least) - 1/2)
 *
 * where S = (greatest-least) / (255-|greatest+least-255|).
 */
static struct color lighten(struct color color, int64_t amount)
{
	int64_t least = color.channel[0], greatest = color.channel[0];
	for (size_t i = 1; i < 3; i++) {
		if (color.channel[i] < least)
			least = color.channel[i];
		if (color.channel[i] > greatest)
			greatest = color.channel[i];
	}
	const int64_t scale = 510 * WHOLE;
	int64_t light = (greatest + least) * WHOLE + amount * 510;
	if (light < 0)
		light = 0;
	if (light > scale)
		light = scale;
	int64_t room = scale - magnitude(2 * light - scale);
	int64_t spread = 255 - magnitude(greatest + least - 255);
	if (spread == 0) /* black or white: no saturation */
		spread = 1;
	for (size_t i = 0; i < 3; i++) {
		int64_t n = 255 * (2 * spread * light + room * (2 * (color.channel[i] - least) - (greatest - least)));
		int64_t d = 2 * spread * scale;
		color.channel[i] = (n + d / 2) / d;
	}
	return color;
}

/* opacity makes of a color and an opacity the rgba() of CSS. */
static struct text opacity(compiler *c, struct color color, struct text alpha)
{
	struct buffer out = {.arena = &c->scratch};
	gsty_append(c, &out, LITERAL("rgba("));
	for (size_t i = 0; i < 3; i++) {
		gsty_append_digits(c, &out, (uint64_t)color.channel[i], 1);
		gsty_append(c, &out, LITERAL(", "));
	}
	gsty_append(c, &out, alpha);
	gsty_append_byte(c, &out, ')');
	return gsty_taken(&out);
}

/*
 * gsty_color_function calls a function on colors, and says whether it has a result.
 * If it is one and has none there is a problem.
 */
bool gsty_color_function(compiler *c, struct text name, struct text args,
	struct text *result, struct text *problem)
{
	bool is_rgba = gsty_same(name, LITERAL("rgba")), is_mix = gsty_same(name, LITERAL("mix"));
	bool is_darken = gsty_same(name, LITERAL("darken"));
	if (!is_rgba && !is_mix && !is_darken && !gsty_same(name, LITERAL("lighten")))
		return false;
	struct texts parts = gsty_split(c, args);
	struct color first, second;
	bool is_color = parse_color(c, parts.at[0], &first);
	if (is_rgba) {
		if (parts.n != 2 || !is_color)
			return false;
		*result = opacity(c, first, parts.at[1]);
		return true;
	}
	if (is_mix) {
		int64_t weight = WHOLE / 2;
		bool weighs = parts.n == 2 || (parts.n == 3 && percentage(parts.at[2], &weight));
		if (weighs && is_color && parse_color(c, parts.at[1], &second)) {
			*result = color_text(c, mix(first, second, weight));
			return true;
		}
		*problem = LITERAL("mix wants two colors such as #369 and a percentage");
		return false;
	}
	int64_t amount;
	if (parts.n == 2 && is_color && percentage(parts.at[1], &amount)) {
		*result = color_text(c, lighten(first, is_darken ? -amount : amount));
		return true;
	}
	*problem = gsty_join3(c, name, LITERAL(" wants a color such as #369 and a percentage"), LITERAL(""));
	return false;
}
