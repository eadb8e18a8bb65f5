// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as one record of /dev/kmsg, and then as the classifier's. */
#include <stdlib.h>
#include <string.h>

#include "observe/kmsg.h"
#include "observe/kmsg_finding.h"
#include "tests/fuzz/fuzz.h"

static void found(void *context, const struct kmsg_finding *finding)
{
	size_t *n = context;

	if (finding->text_length > KMSG_TEXT_SIZE)
		abort();
	(*n)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *room = malloc(size + 1); /* as large as promised and no larger */
	struct kmsg_record record;
	struct kmsg_classifier *c;
	size_t n = 0;

	if (room && kmsg_parse((const char *)data, size, room, &record)) {
		if (record.level > 7 || record.text_length > size || record.raw_length != size)
			abort();
		c = kmsg_classifier_new(found, &n, 250);
		kmsg_classify_tick(c, 1);
		kmsg_classify_record(c, &record);
		kmsg_classify_tick(c, UINT64_MAX);
		kmsg_classify_flush(c);
		if (record.facility != 0 && n > 0)
			abort(); /* it is not the kernel's */
		kmsg_classifier_free(c);
	}
	free(room);
	return 0;
}
