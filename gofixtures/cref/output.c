/* Output without stdio's streams, which would allocate memory of their own. */
#include "cref.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buffer[8192];
static size_t used;
static int error; /* the first one, as errno */

static void write_all(void)
{
	for (size_t written = 0; written < used && error == 0;) {
		ssize_t n = write(STDOUT_FILENO, buffer + written, used - written);
		if (n >= 0) {
			written += (size_t)n;
		} else if (errno != EINTR) {
			error = errno;
		}
	}
	used = 0;
}

void output(const char *bytes, size_t size)
{
	while (size > 0) {
		size_t n = sizeof buffer - used;
		if (n > size) {
			n = size;
		}
		memcpy(buffer + used, bytes, n);
		used += n;
		bytes += n;
		size -= n;
		if (used == sizeof buffer) {
			write_all();
		}
	}
}

void output_text(const char *text)
{
	output(text, strlen(text));
}

void output_line(const char *format, ...)
{
	char line[256];
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (n > 0) {
		output(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
	}
	output_text("\n");
}

int output_flush(void)
{
	write_all();
	if (error != 0) {
		fprintf(stderr, "cref: cannot write to stdout: %s\n", strerror(error));
		return 0;
	}
	return 1;
}
