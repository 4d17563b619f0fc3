/*
 * Numbers count in units of 1/100000, so that both compilers calculate exactly
 * the same. More decimals are rounded, half away from zero.
 */

#include "internal.h"

#define MAX_NUMBER (UINT64_C(1000000000) * ONE)

bool gsty_is_unit(struct text t)
{
	if (t.n == 0 || gsty_same(t, LITERAL("%")))
		return true;
	if (lower(t.p[0]) == 'e' && t.n > 1 &&
		(is_digit(t.p[1]) || (t.p[1] == '-' && t.n > 2 && is_digit(t.p[2]))))
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (!is_name(t.p[i]))
			return false;
	}
	return !is_digit(t.p[0]);
}

/*
 * gsty_parse_number reads t, all of it, as a number with or without unit. Exponents
 * are CSS, but nothing to calculate with here.
 */
bool gsty_parse_number(struct text t, struct number *n)
{
	*n = (struct number){.unit = LITERAL("")};
	size_t i = 0, digits = 0;
	if (t.n > 0 && (t.p[0] == '+' || t.p[0] == '-')) {
		n->negative = t.p[0] == '-';
		i++;
	}
	for (; i < t.n && is_digit(t.p[i]); i++) {
		digits++;
		n->magnitude = n->magnitude * 10 + (uint64_t)(t.p[i] - '0');
		if (n->magnitude > MAX_NUMBER / ONE)
			return false;
	}
	n->magnitude *= ONE;
	if (t.n - i > 1 && t.p[i] == '.' && is_digit(t.p[i + 1])) {
		uint64_t place = ONE / 10;
		for (i++; i < t.n && is_digit(t.p[i]); i++) {
			digits++;
			if (place == 0)
				continue;
			n->magnitude += place * (uint64_t)(t.p[i] - '0');
			place /= 10;
			if (place == 0 && t.n - i > 1 && t.p[i + 1] >= '5' && t.p[i + 1] <= '9')
				n->magnitude++;
		}
	}
	n->unit = slice(t, i, t.n);
	return digits > 0 && n->magnitude <= MAX_NUMBER && gsty_is_unit(n->unit);
}

/* gsty_append_digits appends n with at least width digits. */
void gsty_append_digits(compiler *c, struct buffer *b, uint64_t n, int width)
{
	byte digits[20];
	size_t i = sizeof digits;
	for (; n > 0 || width > 0; width--) {
		digits[--i] = (byte)('0' + n % 10);
		n /= 10;
	}
	gsty_append(c, b, (struct text){digits + i, sizeof digits - i});
}

struct text gsty_number_text(compiler *c, struct number n)
{
	struct buffer b = {.arena = &c->scratch};
	if (n.negative && n.magnitude > 0)
		gsty_append_byte(c, &b, '-');
	gsty_append_digits(c, &b, n.magnitude / ONE, 1);
	uint64_t fraction = n.magnitude % ONE;
	if (fraction > 0) {
		int width = DECIMALS;
		for (; fraction % 10 == 0; width--)
			fraction /= 10;
		gsty_append_byte(c, &b, '.');
		gsty_append_digits(c, &b, fraction, width);
	}
	gsty_append(c, &b, n.unit);
	return gsty_taken(&b);
}

static struct number sum(struct number a, struct number b)
{
	if (a.negative == b.negative)
		return (struct number){.negative = a.negative, .magnitude = a.magnitude + b.magnitude};
	if (a.magnitude >= b.magnitude)
		return (struct number){.negative = a.negative, .magnitude = a.magnitude - b.magnitude};
	return (struct number){.negative = b.negative, .magnitude = b.magnitude - a.magnitude};
}

/* product is more than MAX_NUMBER if it is too large. */
static struct number product(struct number a, struct number b)
{
	struct number result = {.negative = a.negative != b.negative};
	uint64_t whole = a.magnitude / ONE, rest = a.magnitude % ONE;
	if (whole > 0 && b.magnitude > MAX_NUMBER / whole) {
		result.magnitude = MAX_NUMBER + 1;
		return result;
	}
	/* rest * b.magnitude is less than 1e5 * 1e14, which fits. */
	result.magnitude = whole * b.magnitude + (rest * b.magnitude + ONE / 2) / ONE;
	return result;
}

/* modulo has the sign of b, as in Sass. */
static struct number modulo(struct number a, struct number b)
{
	struct number result = {.negative = b.negative, .magnitude = a.magnitude % b.magnitude};
	if (a.negative != b.negative && result.magnitude > 0)
		result.magnitude = b.magnitude - result.magnitude;
	return result;
}

/* unit_of finds the unit of a op b, if they go together. */
static bool unit_of(struct number a, byte op, struct number b, struct text *unit)
{
	struct text either = a.unit.n > 0 ? a.unit : b.unit;
	if (op == '/' && b.unit.n == 0) {
		*unit = a.unit;
		return true;
	}
	if (op == '/') {
		*unit = LITERAL("");
		return gsty_same(a.unit, b.unit);
	}
	*unit = either;
	return a.unit.n == 0 || b.unit.n == 0 || (op != '*' && gsty_same(a.unit, b.unit));
}

/* gsty_calculate sets the result of a op b, or why it cannot be. */
bool gsty_calculate(compiler *c, struct number a, byte op, struct number b,
	struct number *result, struct text *problem)
{
	struct text unit;
	if (!unit_of(a, op, b, &unit)) {
		struct buffer m = {.arena = &c->scratch};
		gsty_append_byte(c, &m, op);
		gsty_append(c, &m, LITERAL(" cannot take the units of "));
		gsty_append(c, &m, gsty_clip(c, gsty_number_text(c, a)));
		gsty_append(c, &m, LITERAL(" and "));
		gsty_append(c, &m, gsty_clip(c, gsty_number_text(c, b)));
		*problem = gsty_taken(&m);
		return false;
	}
	if ((op == '/' || op == '%') && b.magnitude == 0) {
		*problem = LITERAL("division by zero");
		return false;
	}
	switch (op) {
	case '-':
		b.negative = !b.negative;
		*result = sum(a, b);
		break;
	case '+':
		*result = sum(a, b);
		break;
	case '*':
		*result = product(a, b);
		break;
	case '/':
		*result = (struct number){
			.negative = a.negative != b.negative,
			.magnitude = (a.magnitude * ONE + b.magnitude / 2) / b.magnitude,
		};
		break;
	default:
		*result = modulo(a, b);
	}
	if (result->magnitude > MAX_NUMBER) {
		*problem = gsty_join3(c, LITERAL("the result of "), single(&op), LITERAL(" is too large"));
		return false;
	}
	result->unit = unit;
	return true;
}
