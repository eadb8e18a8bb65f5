/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The placer's tasks. Each fills the counts of *answer, also when it could not do all. */
#pragma once

#include "workloads/page_list.h"
#include "workloads/placer_protocol.h"

struct err;

typedef int (*place_task)(const struct placer_request *request, struct page_list *list,
			  struct placer_answer *answer, struct err *e);

int place_where(const struct placer_request *request, struct page_list *list,
		struct placer_answer *answer, struct err *e);
int place_pages(const struct placer_request *request, struct page_list *list,
		struct placer_answer *answer, struct err *e);
int place_home(const struct placer_request *request, struct page_list *list,
	       struct placer_answer *answer, struct err *e);
