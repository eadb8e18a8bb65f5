/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of the verdict's table (verdict.c) that stand in other files. Each: does it hold? @why is
 * filled in any case.
 */
#pragma once

#include "reports/verdict.h"

/* verdict.c: the run itself holds pages; that they stay is what it is for, and its judge's to say. */
bool verdict_holds_pages(const struct verdict_facts *f);

/* verdict_log.c */
bool verdict_is_broken(const struct verdict_facts *f, char *why, size_t size);
bool verdict_is_tainted(const struct verdict_facts *f, char *why, size_t size);
bool verdict_is_late(const struct verdict_facts *f, char *why, size_t size);
bool verdict_is_late_but_only_told(const struct verdict_facts *f, char *why, size_t size);
bool verdict_log_is_unread(const struct verdict_facts *f, char *why, size_t size);
bool verdict_log_is_lost(const struct verdict_facts *f, char *why, size_t size);

/* verdict_exercised.c */
bool verdict_has_no_block(const struct verdict_facts *f, char *why, size_t size);
bool verdict_all_calls_failed(const struct verdict_facts *f, char *why, size_t size);
bool verdict_none_was_aimed(const struct verdict_facts *f, char *why, size_t size);
bool verdict_has_missed(const struct verdict_facts *f, char *why, size_t size);
