#include "sim/report/printout.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "isa/kit/one_line.h"
#include "runtime/user_error.h"
#include "sim/report/html_page.h"

namespace mmasim::sim {
namespace {

std::string as_table(const Printout& printout) { return printout.table().aligned() + printout.footer(); }
std::string as_html(const Printout& printout) { return printout.page(); }
std::string as_json(const Printout& printout) { return json_text(printout.json()); }
std::string as_csv(const Printout& printout) { return printout.rows().csv(); }
std::string as_markdown(const Printout& printout) { return printout.table().markdown() + printout.footer(); }

struct Writer {
  const char* format;
  std::string (*write)(const Printout&);
};
constexpr Writer kWriters[] = {
    {"table", as_table}, {"json", as_json}, {"csv", as_csv}, {"markdown", as_markdown}, {"html", as_html}};

}  // namespace

std::string Printout::page() const { return html_of_table(table(), footer()); }

std::vector<std::string> format_words() {
  std::vector<std::string> words;
  for (const auto& writer : kWriters) words.emplace_back(writer.format);
  return words;
}

std::string written(const Printout& printout, const std::string& format) {
  for (const auto& writer : kWriters) {
    if (format == writer.format) return writer.write(printout);
  }
  throw std::logic_error("no writer of the format '" + format + "'");
}

void print(const Printout& printout, const std::string& format, const std::string& folder) {
  errno = 0;
  std::fputs(written(printout, format).c_str(), stdout);
  const bool is_for_a_person = format == "table" || format == "markdown";
  if (is_for_a_person && !folder.empty()) std::printf("files in %s\n", isa::one_line(folder).c_str());
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return;
  const std::string why = errno != 0 ? std::strerror(errno) : "some of it was lost";
  std::clearerr(stdout);  // told here, and once
  throw runtime::UserError("standard output cannot be written: " + why);
}

}  // namespace mmasim::sim
