// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/huge_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"

#define PMD_SIZE_FILE "sys/kernel/mm/transparent_hugepage/hpage_pmd_size"

static uint64_t hugetlb_default_bytes(struct fsio *fs)
{
	cleanup_free char *text = NULL;
	unsigned long long kib = 0;
	const char *line;

	if (fsio_read_all(fs, &text, NULL, "proc/meminfo") < 0)
		return 0;
	line = strstr(text, "Hugepagesize:");
	if (!line || sscanf(line, "Hugepagesize: %llu kB", &kib) != 1)
		return 0;
	return kib * 1024;
}

int huge_page_size(uint64_t *ret_bytes, struct err *e)
{
	struct fsio fs;
	int r = fsio_open(&fs, NULL, e);

	if (r < 0)
		return r;
	if (fsio_read_u64(&fs, ret_bytes, 10, PMD_SIZE_FILE) < 0)
		*ret_bytes = hugetlb_default_bytes(&fs);
	fsio_close(&fs);
	if (*ret_bytes == 0 || (*ret_bytes & (*ret_bytes - 1)) != 0)
		return err_set(e, -ENOTSUP,
			       "this kernel has no huge pages (neither /" PMD_SIZE_FILE
			       " nor a Hugepagesize in /proc/meminfo)");
	return 0;
}
