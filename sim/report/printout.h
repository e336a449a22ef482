// What a command prints on standard output, and the one writer of each format. What is printed says only what
// it holds; how that looks is the writer's.
#pragma once

#include <string>
#include <vector>

#include "sim/kit/json_value.h"
#include "sim/report/table.h"

namespace mmasim::sim {

class Printout {
 public:
  virtual ~Printout() = default;
  virtual ordered_json json() const = 0;
  virtual Table table() const = 0;                   // for a person
  virtual Table rows() const { return table(); }     // for a program: CSV
  virtual std::string footer() const { return ""; }  // below a table for a person
  virtual std::string page() const;                  // HTML: the table, unless there is a page for it
};

// The words of --format, the default first.
std::vector<std::string> format_words();

// Throws std::logic_error for a word that is none of them.
std::string written(const Printout& printout, const std::string& format);

// To standard output; where a person reads it, with the folder that holds the files, if there is one. Throws
// runtime::UserError if that cannot be written.
void print(const Printout& printout, const std::string& format, const std::string& folder = "");

}  // namespace mmasim::sim
