/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The pages' styles: light, dark, narrow and on paper. Nothing in it is fetched. */
extern const char html_style[];
