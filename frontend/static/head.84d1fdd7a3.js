(()=>{document.documentElement.classList.add("js");"noModule"in HTMLScriptElement.prototype&&document.documentElement.classList.add("govuk-frontend-supported","js-enabled");})();
