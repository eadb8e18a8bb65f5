// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives a target each file that is named, and cuts of it. A crash ends it: then the last "ok" is missing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#define MAX_INPUT (1u << 20)

static uint8_t bytes[MAX_INPUT];

int main(int argc, char *argv[])
{
	size_t inputs = 0;

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "re");
		size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;

		if (!f || n == 0) {
			(void)printf("not ok cannot read '%s'\n", argv[i]);
			return 1;
		}
		(void)fclose(f);
		(void)LLVMFuzzerTestOneInput(bytes, n);
		/* As if it had been torn, at 64 places. */
		for (size_t k = 0; k < 64; k++, inputs++) {
			size_t length = n * k / 64;
			uint8_t *exact = malloc(length + 1);

			if (!exact)
				return 1;
			for (size_t b = 0; b < length; b++)
				exact[b] = bytes[b];
			(void)LLVMFuzzerTestOneInput(exact, length);
			free(exact);
		}
	}
	(void)printf("%s %zu inputs from %d files\n", argc > 1 ? "ok" : "not ok", inputs, argc - 1);
	return argc > 1 ? 0 : 1;
}
