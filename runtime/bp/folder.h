#pragma once

#include "text.h"

/* Adds the files of a folder as the service takes them: a list of JSON. Ends the command where that can't be done. */
void folder_add_files(struct text *files, const char *path);
