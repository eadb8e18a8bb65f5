/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a struct report is, within this room. */
#pragma once

#include <stddef.h>

struct report {
	struct jsonw *document; /* owned */
	/* The two long arrays as JSON text; NULL: the document has them (it was read from a file). */
	char *topology_blocks, *offline_blocks; /* owned */
	size_t topology_blocks_length, offline_blocks_length;
};
