/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page as the kernel dumps it. */
#pragma once

#include "observe/kmsg_finding.h"
#include "observe/kmsg_text.h"

/* Takes what a line of a dump tells; other lines change nothing. */
void kmsg_page_line(struct kmsg_page *page, struct kmsg_span line);

/* What the dump's reason says of migration; KMSG_MAX_KIND: nothing. */
enum kmsg_kind kmsg_page_kind(const struct kmsg_page *page);
